// Package console shows what the tasks of a running program do: an HTTP handler to mount like
// net/http/pprof, or a server of its own.
//
//	c, err := console.Listen("127.0.0.1:6070")
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	fmt.Println("console:", c.URL())
//
// # Model
//
// While a reader looks, one goroutine of the process asks the tasks in turn what they wait for, as
// [edo.Dump] does, and makes a [Frame] each second: groups of tasks that are alike, channels and
// locks with the tasks that wait for them and hold them, workers, long polls, and which task waits
// for which, with the cycles. [Frame.Findings] come first: what a reader should look at. A task is
// told by itself on demand. The size of a frame does not depend on the number of tasks.
//
// Without a reader there is nothing: no goroutine, and no task is asked. With one the workers go on,
// each task being asked while it waits; and looking adjusts itself to 3 % of a processor. A million
// tasks are asked in a minute or so, and the numbers are those of a sample until then. A runtime of
// one worker stands still for up to 250 tasks at a time, some tenths of a millisecond. The tasks of a
// simulation are not shown.
//
// # Access
//
// A frame has the names of functions and files, addresses of peers, and what a program puts into
// names. Therefore [Listen] listens on loopback, and needs a token elsewhere; and [Handler] answers
// without a token only what comes from this machine. Requests of other sites' pages are refused: by
// their Host, Origin and Sec-Fetch-Site.
//
// # When not to use it
//
// For numbers over weeks, and alerts, use metrics: a console has no memory beyond a few minutes. For
// what happened in a test, use package sim/story.
package console
