"""Stand-ins for the outside world, one for each port; they keep their state in memory."""
