"""What is true without a clock, a database or a framework: words, values and rules."""
