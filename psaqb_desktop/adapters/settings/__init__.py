"""What this machine brings along: folders, environments, window state, locks, time, logs."""
