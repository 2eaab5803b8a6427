package remote_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/nats-io/nats.go"
)

// A member that stops gives a call back while it says, in another goroutine, that it has it: the caller hears these in
// either order. A call that was sent again is with no member until one says so: what becomes of the first is nothing to it.
func TestACallThatIsSentAgainIsWithNoMember(t *testing.T) {
	f := cluster.NewFunc[int, int]("twice", cluster.FuncConfig{})
	with(t, func(task *edo.Task, conn *link.Conn) error {
		calls := make(chan *nats.Msg, 2)
		say := func(m *nats.Msg, kind string) error {
			return m.RespondMsg(&nats.Msg{Header: nats.Header{"Edo-Kind": {kind}, "Edo-Member": {"first"}}})
		}
		sub, err := conn.NATS().QueueSubscribe(remote.CallSubject("twice", 0), "edo", func(m *nats.Msg) {
			if len(calls) == 0 {
				say(m, "busy")
				say(m, "taken")
			}
			calls <- m
		})
		if err != nil {
			return err
		}
		defer sub.Unsubscribe()
		h := cluster.Spawn(task, (*cluster.Conn)(conn), f, 1)
		if err := clustertest.Until(task, func() bool { return len(calls) == 2 }); err != nil {
			return err
		}
		if err := clustertest.UntilReported(task, "cluster: a member that takes the call of twice"); err != nil {
			return err
		}
		<-calls
		if err := (<-calls).Respond([]byte("7")); err != nil {
			return err
		}
		if v, err := h.Await(task); v != 7 || err != nil {
			t.Errorf("the call is %d, %v", v, err)
		}
		return nil
	})
}
