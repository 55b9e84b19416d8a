"""The outside world: each adapter implements ports of the services, and none knows another."""
