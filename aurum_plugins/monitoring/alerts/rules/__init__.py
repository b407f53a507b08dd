"""What can be wrong: one file a rule.

A rule is a pure function of what is known of a bot at one moment; whether what it finds is news is
decided by `aurum_plugins.monitoring.alerts.alert_book`.
"""
