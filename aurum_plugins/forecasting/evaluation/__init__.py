"""How good forecasts are: walk-forward, scores beside their baselines, and a report."""
