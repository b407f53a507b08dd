"""What is owed for trades that closed: accrued, invoiced, collected, and never moved from here."""
