package cluster_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/nats-io/nats.go"
)

// Outcomes that are confirmed together come on one subject for all calls of a caller. What is no outcome, or that
// of a call that is not there, ends no call; the latter is confirmed, so that its member does not send it again.
func TestAnOutcomeIsThatOfTheCallWhoseTokenItHas(t *testing.T) {
	t.Parallel()
	f := cluster.NewFunc[int, int]("answered", cluster.FuncConfig{})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		const member = "edo.member.test"
		nc := conn.NATS()
		confirmed, err := nc.SubscribeSync(member)
		if err != nil {
			return err
		}
		_, err = nc.QueueSubscribe(remote.CallSubject("answered", 0), "edo", func(m *nats.Msg) {
			dot := strings.LastIndexByte(m.Reply, '.')
			say := func(reply, text string) {
				nc.PublishMsg(&nats.Msg{Subject: m.Reply[:dot] + ".-", Reply: reply, Data: []byte(text)})
			}
			say("", "1")
			say("elsewhere"+m.Reply[dot:], "2")
			say(member, "3")
			say(member+".!", "4")
			say(member+".", "5")
			say(member+".zzz", "6") // of no call
			say(member+m.Reply[dot:], "7")
			say(member+m.Reply[dot:], "8") // twice, as when the confirmation is late
		})
		if err != nil {
			return err
		}
		v, err := cluster.Call(task, conn, f, 0)
		if v != 7 || err != nil {
			t.Errorf("the call returns %d, %v", v, err)
		}
		m, err := edo.Blocking(task, func(task *edo.Task) (*nats.Msg, error) { return confirmed.NextMsgWithContext(task.Context()) }).Await(task)
		if err != nil {
			return err
		}
		if words := strings.Fields(string(m.Data)); len(words) < 3 || words[1] != "zzz" {
			t.Errorf("the confirmation is %q", m.Data)
		}
		return nil
	})
}
