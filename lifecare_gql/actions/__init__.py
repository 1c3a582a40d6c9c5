"""One function for each thing that a person does: facts, one pure verdict, one transaction, one log row."""
