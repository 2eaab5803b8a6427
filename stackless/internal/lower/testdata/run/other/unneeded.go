package main

import "example.com/m/other/lib"

func unneeded(task *lib.Task, m map[string]int) (n int) { // refused
	b := lib.Buffer(task, "a")
	for range m {
		n += len(lib.Buffer(task, b.String()).String())
	}
	type local int
	return int(local(n))
}
