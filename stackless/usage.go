package stackless

const goUsage = `usage: edo %[1]s [arguments of go %[1]s]

Calls go %[1]s with an overlay, in which the functions in direct style of the main
module's or the workspace's packages are lowered: they wait in frames and not on
coroutines. All arguments are those of go %[1]s; "go help %[1]s" lists them. The exit
status and the output are its as well.

With -cover nothing is lowered. A function with the directive //edo:stackless that
cannot be lowered is an error. "edo explain" tells what is lowered.

environment:
  EDOCACHE   the folder of the cache, instead of edo in the user's cache folder
`

// vetUsage comes after goUsage.
const vetUsage = `
Before that edo's own analyzers look at the packages, as they were written: a Task in
another function, what holds up a worker, and more ("edovet help" lists them). They are
a program of its own, edovet, which is found beside edo, in the path, or in the
repository, where the go command builds it. With -vettool they do not run.
`

const explainUsage = `usage: edo explain [-json] [-test] [build flags] [packages]

Tells what becomes of each function that waits:

  server/conn.go:12:6: serve is lowered: 144 bytes
  server/conn.go:19:12: serve borrows a coroutine: a call through the interface Handler
  server/conn.go:40:6: run stays on a coroutine
  server/conn.go:44:2: run: a type is declared inside the function

flags:
  -json   print one JSON object; the documentation of the package
          github.com/edo-go/edo/stackless describes it (type Explanation)
  -test   tell of the tests of the packages too
`

const genUsage = `usage: edo gen [-check] [build flags] [packages]

Writes the frames of a library's functions to files that are committed: for conn.go
to conn_stackless.go. The builds of its users then need no coroutine for calls of
these functions. The sources stay as they are.

flags:
  -check  write nothing; the status is 1 if a file is not what it would be
`
