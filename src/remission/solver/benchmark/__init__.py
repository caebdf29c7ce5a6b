"""How many patients a second the solver and other solvers carry to the same accuracy, in one run."""
