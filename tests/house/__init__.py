"""A whole house runs for the tests of this folder, once for all who look at it or break it."""
