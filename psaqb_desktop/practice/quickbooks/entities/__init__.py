"""What the attributes of each entity are, and which of them a client may set."""
