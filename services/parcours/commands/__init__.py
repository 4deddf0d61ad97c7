"""Write side: one module a noun, each a `Nature` whose lines are decided one by one."""
