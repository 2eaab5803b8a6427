package cluster_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
)

// Processes of two versions of the package share a broker, and their messages have different formats: a
// call goes to those that understand it, and where there is none, each side says why.
func TestProgramsWithAnotherFormatOfMessagesGetAnErrorAndNoCalls(t *testing.T) {
	t.Parallel()
	log, logOfLater := newLog(t), newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		later := start(t, "member later", folder, logOfLater, "")
		for _, f := range []*cluster.Func[int, int]{onceFunc, leastFunc} {
			_, err := cluster.Call(task, conn, f, 1)
			if e, ok := errors.AsType[*cluster.UnknownFuncError](err); !ok || !e.IsOtherFormat ||
				!strings.Contains(err.Error(), "whose messages have the format 3: one offers 0 (format 4), with another version of package cluster") {
				t.Errorf("%s of a later version is %v", f.Name(), err)
			}
		}
		// With members of both, calls go to those of this version.
		const n = 100
		own := start(t, "member", folder, log, "")
		results, lost, err := callAll(task, conn, onceFunc, n, 0, nil)
		if err != nil {
			return err
		}
		remoteAccount(t, log, n, results, lost, true)
		if done := account(t, logOfLater); len(done) != 0 {
			t.Errorf("the member of the later version has made %d calls", len(done))
		}
		endAll(t, own, later)

		// The other way around: the caller is of the later version.
		w := newWaiting("orphan", cluster.FuncConfig{}, 0, 0)
		return served(task, conn, 1, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			caller := start(t, "caller later", folder, log, "")
			if err := until(task, hasLogged(log, "whose messages have the format 4: one offers 0 (format 3)")); err != nil {
				return err
			}
			const want = "cluster: a call of orphan; a program has asked for one whose messages have the format 4, and not 3"
			if err := clustertest.UntilReported(task, want); err != nil {
				return err
			}
			return caller.End()
		})
	})
}
