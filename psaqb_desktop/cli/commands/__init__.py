"""The commands, a few to a file by what they are about."""
