package link

import (
	"testing"

	"github.com/edo-go/edo/edotest"
)

// inert is a member that does nothing.
type inert struct{ name string }

func (*inert) Stop()          {}
func (*inert) Reconnected()   {}
func (i *inert) Name() string { return i.name }

// A task that is polled for other reasons polls the Conn that it closes each time.
func TestEachTaskThatClosesIsWokenOnceAfterTheLastMember(t *testing.T) {
	c := &Conn{members: map[Member]struct{}{}}
	a, b := &inert{"a"}, &inert{"b"}
	for _, m := range []Member{a, b} {
		if err := c.Enter(m); err != nil {
			t.Fatal(err)
		}
	}
	c.BeginClose()
	one, other := edotest.NewTask(), edotest.NewTask()
	for range 3 {
		edotest.RequirePending(t, one, (*Quiet)(c))
		edotest.RequirePending(t, other, (*Quiet)(c))
	}
	c.Leave(a)
	edotest.RequireWoken(t, one, 0)
	c.Leave(b)
	edotest.RequireWoken(t, one, 1)
	edotest.RequireWoken(t, other, 1)
	edotest.RequireReady(t, one, (*Quiet)(c))
}
