"""Creating, changing and deleting rows under the rules of the platform."""
