//go:build plain

package waits

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
)

// Later returns the receiver of v.
func Later(_ *edo.Task, v int) *oneshot.Receiver[int] { return &oneshot.Receiver[int]{V: v} }
