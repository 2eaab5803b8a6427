package main

import "example.com/m/other/lib"

// This file imports neither edo nor the packages of the types that it uses.

func imports(task *lib.Task) string {
	b := lib.Buffer(task, "a")
	other := lib.Buffer(task, "b")
	b.WriteString(other.String())
	return b.String()
}
