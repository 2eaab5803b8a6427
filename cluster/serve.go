package cluster

import (
	"cmp"
	"context"
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/cluster/internal/remote"
)

// Serve returns a member of the cluster, a future that runs calls of the functions, at most limit of
// them at a time, and at most limit for each function whose calls are stored. It makes the queues of
// these. Calls come from when Serve returns, and wait until the future is polled. As many calls more as limit wait in the member; further ones go elsewhere, or come again.
//
// A member with the limit 1 is an actor: it has a name, that of its function, and takes one message
// after the other; those of one task in its order, when the task waits for each. Any number of members may
// offer a function: for one that is the only one of its name, serve while a lease is held, as by Space.Lead
// of package lease.
//
// The future is ready when [Member.Stop] was called, or the [Conn] closes, and the last call has ended
// and its outcome is delivered. When it is dropped, as when its task is cancelled, the calls are
// aborted, and their callers get a [*LostError]. It has a goroutine, two
// for each function, and one more for each whose calls are stored.
//
//edo:step ServeStep
func Serve(task *edo.Task, conn *Conn, limit int, functions ...Offered) (*Member, error) {
	return edo.Call(task, func(ctx context.Context) (*Member, error) { return serve(ctx, conn, limit, functions) })
}

// ServeStep is the step form of [Serve].
func ServeStep(task *edo.Task, st *edo.Step, conn *Conn, limit int, functions ...Offered) (done bool, m *Member, err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Member, error) { return serve(ctx, conn, limit, functions) })
}

func serve(ctx context.Context, conn *Conn, limit int, functions []Offered) (*Member, error) {
	if len(functions) == 0 {
		return nil, errors.New("cluster: a member offers no function")
	}
	var direct []*remote.Offer
	for _, f := range functions {
		if f.err != nil {
			return nil, f.err
		}
		direct = append(direct, f.offer)
	}
	core, err := remote.NewMember(conn.in(), limit, direct)
	if err != nil {
		return nil, err
	}
	m := &Member{core: core}
	for _, f := range functions {
		if f.stored == nil {
			continue
		}
		q, err := newQueue[remote.Job](ctx, conn, remote.QueueName(f.offer.Func, f.offer.Version), *f.stored)
		if err != nil {
			return nil, err
		}
		q.buried = core.Buried
		core.AddQueue()
		m.workers = append(m.workers, WorkFuture(q, limit, func(job *Job[remote.Job]) edo.Future[edo.Unit] {
			return core.Job(f.offer, &job.Value)
		}))
	}
	if err := core.Begin(ctx); err != nil {
		return nil, err
	}
	m.running, m.ended = len(m.workers), make([]bool, len(m.workers))
	return m, nil
}

// Member is the future of [Serve]. It is polled by one task, which drops it as well; Stop may be called
// from anywhere.
type Member struct {
	core    *remote.Member
	workers []*Worker[remote.Job]
	ended   []bool // of workers
	running int    // workers that have not ended
	coreEnd bool
	err     error
	isOver  bool
}

// ID returns the id of the member, which is random: errors and reports name it.
func (m *Member) ID() string { return m.core.ID() }

// Waits says what the member waits for.
func (m *Member) Waits(cx *edo.Context) edo.Wait { return m.core.Waits(cx) }

// Stop has the member take no more calls. Those that have not begun go to other members. Its future is
// ready when the last one has ended. It may be called twice, and from any goroutine.
func (m *Member) Stop() {
	m.core.Stop()
	for _, w := range m.workers {
		w.Stop()
	}
}

// Poll runs calls, and is ready when the member has stopped.
func (m *Member) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if m.isOver {
		return edo.Unit{}, edo.Ready, link.ErrPolledAgain
	}
	for i, w := range m.workers {
		if m.ended[i] {
			continue
		}
		_, poll, err := w.Poll(cx)
		if _, isBusy := err.(*edo.BusyError); isBusy {
			return edo.Unit{}, edo.Ready, err
		}
		if poll == edo.Ready {
			m.ended[i] = true
			m.running--
			m.core.QueueEnded()
			if err != nil { // its queue is not there any more
				m.err = cmp.Or(m.err, err)
				m.Stop()
			}
		}
	}
	if !m.coreEnd {
		_, poll, err := m.core.Poll(cx)
		if _, isBusy := err.(*edo.BusyError); isBusy {
			return edo.Unit{}, edo.Ready, err
		}
		if m.coreEnd = poll == edo.Ready; m.coreEnd {
			m.err = cmp.Or(m.err, err)
		}
	}
	if !m.coreEnd || m.running > 0 {
		return edo.Unit{}, edo.Pending, nil
	}
	m.isOver = true
	return edo.Unit{}, edo.Ready, m.err
}

// Drop stops the member at once: see [Serve].
func (m *Member) Drop() {
	m.isOver = true
	for _, w := range m.workers {
		w.Drop()
	}
	m.core.Drop()
}
