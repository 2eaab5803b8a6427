package cluster

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/internal/inside"
)

// AwayError tells Config.OnError of the runtime that has opened a [Conn] that its broker is away: once, after five
// seconds, and once more when it is back. Nothing else ends by it. Away, it matches [ErrAway].
type AwayError struct {
	Folder string // whose broker another process has, or has had; "": it is that of a Client
	Server string // the address at which it was first; "": it is that of a Folder
	For    time.Duration
	IsBack bool
}

// Error says which broker it is, and what will go on.
func (e *AwayError) Error() string {
	which, until := "at "+e.Server, "it is back"
	if e.Folder != "" {
		which, until = "of the folder "+e.Folder, "a process opens the folder"
	}
	away := e.For.Round(time.Second / 10)
	if e.IsBack {
		return fmt.Sprintf("cluster: the broker %s is back, after %v", which, away)
	}
	return fmt.Sprintf("cluster: the broker %s has been away for %v: what waits for it goes on when %s", which, away, until)
}

// Unwrap returns [ErrAway] while the broker is away.
func (e *AwayError) Unwrap() error {
	if e.IsBack {
		return nil
	}
	return ErrAway
}

// awayAfter is how long the broker of a Conn is away before it is told. It is a variable for tests alone.
var awayAfter = 5 * time.Second

// onErrorOf returns what is told of errors that no task gets.
func onErrorOf(task *edo.Task) func(error) { return inside.Task(task).Rt.OnError }

// tellAway has tell told when the broker of c, which e names, is away for long.
func tellAway(c *link.Conn, e AwayError, tell func(error)) {
	c.TellAway(awayAfter, func(away time.Duration, isBack bool) {
		one := e
		one.For, one.IsBack = away, isBack
		tell(&one)
	})
}
