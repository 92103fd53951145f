"""One case through the public API, person by person, in the order the law has it."""
