package companion

import "io"

var top = companion{
	name: "edo top", program: "edo-top", importPath: "github.com/edo-go/edo/cmd/edo/edo-top",
	usage: `usage: edo top ADDR [flags]

Shows the tasks of a running program in a terminal, by its console (package console):
findings first, then groups of tasks that are alike, locks and channels, which task
waits for which, each task on demand. Where the standard output is no terminal it prints
one table of text. It is a program of its own, edo-top, which is found beside edo, in
the path, or in the repository, where the go command builds it.

edo top ADDR --help lists its flags, and its key ? the keys.
`,
}

// Top starts edo-top, which shows a running program in a terminal. It returns the exit status.
func Top(args []string, out, errs io.Writer) int { return top.run(args, out, errs) }
