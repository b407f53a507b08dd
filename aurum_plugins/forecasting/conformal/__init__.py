"""Conformal."""
