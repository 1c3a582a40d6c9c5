"""What Region Örebro län announces: the files in data/ say it all."""
