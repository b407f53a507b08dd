"""The monitor's page, its JSON and its metrics, for those who may see them."""
