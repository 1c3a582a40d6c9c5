"""What Region Halland announces: the files in data/ say it all."""
