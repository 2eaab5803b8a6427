package companion

import "io"

var work = companion{
	name: "edo work", program: "edo-work", importPath: "github.com/edo-go/edo/cmd/edo/edo-work",
	usage: `usage: edo work serve|submit|watch|dead [flags]

Shows the queues of package cluster, on NATS: serve works on one, submit publishes a
batch of jobs, watch is a live table, and dead has what no try has done. It is a
program of its own, edo-work, which is found beside edo, in the path, or in the
repository, where the go command builds it.

edo work help lists its commands.
`,
}

// Work starts edo-work, which shows the queues of package cluster. It returns the exit status.
func Work(args []string, out, errs io.Writer) int { return work.run(args, out, errs) }
