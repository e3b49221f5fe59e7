"""Archives: what they cover, how they are written, copied to CSV and read again."""
