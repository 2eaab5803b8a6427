// Package visible writes out what a terminal would obey in the text of another program: names of tasks, answers, errors.
//
//	fmt.Println(visible.Text(task.Name)) // "\x1b[2J" is shown, and clears no screen
//
// Every command that prints such text passes it through here, also when the output is no terminal: a pager is one later.
package visible
