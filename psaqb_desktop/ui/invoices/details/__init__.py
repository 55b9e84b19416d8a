"""The tabs beside the grid that show one invoice from all sides."""
