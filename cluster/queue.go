package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go/jetstream"
)

// QueueConfig is how a queue is. The zero QueueConfig has the defaults.
//
// What is marked "kept" lives with the queue at the broker: all programs must give the same, and a
// queue that exists with another setting is an error. The rest is the program's own.
type QueueConfig struct {
	// Codec turns jobs into bytes; nil: [JSON]. Kept in each message.
	Codec Codec
	// Tries is how often a job is given to a handler before it goes to the dead letters. 0: 5.
	// Tries that a crash or a shutdown cuts short count.
	Tries int
	// Backoff is how long a job rests after its try failed, the first try being 1. nil: a second,
	// doubled for each further one, up to five minutes. A broker that begins again cuts a rest to
	// whole seconds, or forgets it if it was killed: then the job comes after Patience.
	Backoff func(try int) time.Duration
	// Patience is how long the broker waits for a sign of life from the worker that has a job,
	// before another worker gets it. Workers send one each third of it. 0: 30 s; at least 1 s. Kept.
	Patience time.Duration
	// Window is how long the broker remembers the id of a job that was published. 0: 2 minutes. Kept.
	Window time.Duration
	// Once is how long the broker remembers which jobs are done: a job with such an id is not done
	// again, although it was published twice or given out twice. It costs two questions to the broker
	// for each job. 0: it remembers nothing. Kept.
	Once time.Duration
	// Priorities is how many priorities jobs have, 1 to 9. 0: 1. Kept.
	Priorities int
	// Lanes makes an order by key: jobs of the same key are done in the order in which they were
	// published, each after the end of the one before, also when that is tried again. Keys are
	// spread over so many lanes, 1 to 64, and a lane has one job at a time. 0: no order. A queue has
	// lanes or priorities. Kept.
	Lanes int
	// MaxJobs is how many jobs wait or are worked on at the most: when there are as many, Publish
	// waits. Such a queue has no scheduled jobs. 0: no limit. Kept.
	MaxJobs int
	// Replicas is on how many servers of a cluster the queue lies, 1 to 5. More than 1 are an error of
	// a broker that is one server, as each that lives in a process. 0: 1. Kept.
	Replicas int
}

// check returns cfg with its defaults.
func (cfg QueueConfig) check() (QueueConfig, error) {
	cfg.Codec = cmp.Or(cfg.Codec, JSON)
	cfg.Tries = cmp.Or(cfg.Tries, 5)
	cfg.Patience = cmp.Or(cfg.Patience, 30*time.Second)
	cfg.Window = cmp.Or(cfg.Window, 2*time.Minute)
	cfg.Replicas = cmp.Or(cfg.Replicas, 1)
	if cfg.Backoff == nil {
		cfg.Backoff = doubling
	}
	var err error
	in := func(what string, n, from, to int, zero string) {
		if err == nil && n != 0 && (n < from || n > to) {
			err = fmt.Errorf("cluster: QueueConfig.%s is %d, want %d to %d; 0 is %s", what, n, from, to, zero)
		}
	}
	atLeast := func(what string, d, least time.Duration) {
		if err == nil && d < least {
			err = fmt.Errorf("cluster: QueueConfig.%s is %v, want at least %v", what, d, least)
		}
	}
	in("Tries", cfg.Tries, 1, 1<<20, "5")
	in("Priorities", cfg.Priorities, 1, 9, "1")
	in("Lanes", cfg.Lanes, 1, 64, "no order by key")
	in("MaxJobs", cfg.MaxJobs, 1, 1<<31-1, "no limit")
	in("Replicas", cfg.Replicas, 1, 5, "1")
	atLeast("Patience", cfg.Patience, time.Second)
	atLeast("Window", cfg.Window, 100*time.Millisecond)
	if cfg.Once != 0 {
		atLeast("Once", cfg.Once, time.Second)
	}
	if err == nil && cfg.Lanes > 0 && cfg.Priorities > 1 {
		err = errors.New("cluster: a QueueConfig has Lanes and Priorities: an order by key leaves no room for another one")
	}
	if err == nil {
		err = checkName("name of a codec", cfg.Codec.Name())
	}
	return cfg, err
}

// doubling is the default of QueueConfig.Backoff.
func doubling(try int) time.Duration {
	return min(time.Second<<min(try-1, 10), 5*time.Minute)
}

// A Queue is a queue of jobs of type T at a broker: each job is given to one worker, and again to
// another if that one fails. Any number of tasks may use it. It holds nothing that must be closed.
//
// Jobs wait in a stream of JetStream, edo_NAME, with a durable consumer for each priority or lane,
// and dead ones in edo_NAME_dead; with Once there is a key-value bucket edo_NAME_done.
type Queue[T any] struct {
	conn  *Conn
	name  string
	of    string // its name in errors of codecs
	cfg   QueueConfig
	lines []*line
	// buried is told of a job that goes to the dead letters; nil: nothing is.
	buried func(data []byte, reason error)
}

// line is a part of a queue that has an order of its own: a priority, or a lane.
type line struct {
	name     string // a token of the subject, and the name of the consumer
	subject  string
	pull     string // the subject of questions for jobs
	consumer jetstream.Consumer
}

// NewQueue returns the queue with the name, of letters, digits, '-' and '_', that does not begin with
// "fn-" or end with "_dead". It is made at the broker when it is not there; a queue that is there with
// other settings is an error, which says what differs. [FindQueue] takes those of the broker.
//
//edo:step NewQueueStep
func NewQueue[T any](task *edo.Task, conn *Conn, name string, cfg QueueConfig) (*Queue[T], error) {
	return edo.Call(task, func(ctx context.Context) (*Queue[T], error) { return openQueue[T](ctx, conn, name, cfg) })
}

// NewQueueStep is the step form of [NewQueue].
func NewQueueStep[T any](task *edo.Task, st *edo.Step, conn *Conn, name string, cfg QueueConfig) (done bool, q *Queue[T], err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Queue[T], error) { return openQueue[T](ctx, conn, name, cfg) })
}

// openQueue makes a queue of a program at the broker.
func openQueue[T any](ctx context.Context, conn *Conn, name string, cfg QueueConfig) (*Queue[T], error) {
	if err := checkQueueName(name); err != nil {
		return nil, err
	}
	return newQueue[T](ctx, conn, name, cfg)
}

// newQueue makes a queue at the broker, also one of calls.
func newQueue[T any](ctx context.Context, conn *Conn, name string, cfg QueueConfig) (*Queue[T], error) {
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	q := &Queue[T]{conn: conn, name: name, of: "the queue " + name, cfg: cfg}
	err = conn.in().Manage(ctx, func(ctx context.Context) error {
		err := q.make(ctx)
		if isOther(err) {
			if what := q.differs(ctx); what != "" {
				return &link.Explained{Text: what, Err: err}
			}
		}
		return err
	})
	if err != nil {
		return nil, q.explain(err)
	}
	return q, nil
}

// Name returns the name of the queue.
func (q *Queue[T]) Name() string { return q.name }

func (q *Queue[T]) stream() string     { return "edo_" + q.name }
func (q *Queue[T]) deadStream() string { return "edo_" + q.name + "_dead" }
func (q *Queue[T]) bucket() string     { return "edo_" + q.name + "_done" }
func (q *Queue[T]) root() string       { return "edo.q." + q.name + "." }
func (q *Queue[T]) deadRoot() string   { return "edo.dead." + q.name }

// isOther reports whether err says that a stream, bucket or consumer has other settings.
func isOther(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) || errors.Is(err, jetstream.ErrConsumerExists) ||
		errors.Is(err, jetstream.ErrBucketExists)
}

// explain says which queue, and what an error of the broker means.
func (q *Queue[T]) explain(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrClosed):
		return err
	case isOther(err):
		return fmt.Errorf("cluster: the queue %s exists with other settings, and all programs must give the same: %w", q.name, err)
	case link.HasCode(err, jetstream.JSErrCodeStreamNotFound), link.HasCode(err, jetstream.JSErrCodeConsumerNotFound):
		return fmt.Errorf("cluster: the queue %s is not there any more: %w", q.name, err)
	}
	return fmt.Errorf("cluster: the queue %s: %w", q.name, link.ExplainReplicas(err, "QueueConfig.Replicas", q.cfg.Replicas))
}

// make makes the streams and consumers. It does not change what is there: two versions of a program
// would change it back and forth.
func (q *Queue[T]) make(ctx context.Context) error {
	js, cfg := q.conn.in().JetStream(), &q.cfg
	jobs := jetstream.StreamConfig{
		Name: q.stream(), Subjects: []string{q.root() + ">"}, Retention: jetstream.WorkQueuePolicy,
		Duplicates: cfg.Window, AllowMsgSchedules: cfg.MaxJobs == 0, Replicas: cfg.Replicas,
		Metadata: cfg.keep(),
	}
	if cfg.MaxJobs > 0 {
		jobs.MaxMsgs, jobs.Discard = int64(cfg.MaxJobs), jetstream.DiscardNew
	}
	if _, err := js.CreateStream(ctx, jobs); err != nil {
		return err
	}
	if err := q.makeLines(ctx); err != nil {
		return err
	}
	dead := jetstream.StreamConfig{
		Name: q.deadStream(), Subjects: []string{q.deadRoot()}, Duplicates: cfg.Window, Replicas: cfg.Replicas,
	}
	if _, err := js.CreateStream(ctx, dead); err != nil {
		return err
	}
	if cfg.Once > 0 {
		done := jetstream.KeyValueConfig{Bucket: q.bucket(), TTL: cfg.Once, Replicas: cfg.Replicas}
		if _, err := js.CreateKeyValue(ctx, done); err != nil {
			return err
		}
	}
	return nil
}

// makeLines makes the consumers. All workers share them: consumers of a work queue must not overlap.
func (q *Queue[T]) makeLines(ctx context.Context) error {
	q.lines = nil
	add := func(name string, maxPending int) error {
		l := &line{name: name, subject: q.root() + name, pull: "$JS.API.CONSUMER.MSG.NEXT." + q.stream() + "." + name}
		var err error
		l.consumer, err = q.conn.in().JetStream().CreateConsumer(ctx, q.stream(), jetstream.ConsumerConfig{
			Durable: name, FilterSubject: l.subject, AckPolicy: jetstream.AckExplicitPolicy, AckWait: q.cfg.Patience,
			MaxDeliver: -1, MaxAckPending: maxPending, MaxWaiting: 4096, Replicas: q.cfg.Replicas,
		})
		q.lines = append(q.lines, l)
		return err
	}
	if q.cfg.Lanes > 0 {
		for i := range q.cfg.Lanes {
			if err := add(fmt.Sprint("lane", i), 1); err != nil { // one at a time, also over a second try
				return err
			}
		}
		return nil
	}
	for i := max(1, q.cfg.Priorities) - 1; i >= 0; i-- { // the most urgent ones first
		if err := add(fmt.Sprint("p", i), -1); err != nil {
			return err
		}
	}
	return nil
}

// QueueInfo is how a queue stands.
type QueueInfo struct {
	Waiting   int // jobs that wait for a worker
	Taken     int // jobs that workers have, had when they died, or gave back at their stop or to rest after a failed try
	Scheduled int // jobs that are not due
	Dead      int // dead letters
}

// Info asks the broker how the queue stands. The numbers are of some instants close to each other: when all but Dead
// are 0, the queue had no job at one of them. It costs a question for each priority or lane, and three more.
//
//edo:step InfoStep
func (q *Queue[T]) Info(task *edo.Task) (QueueInfo, error) { return edo.Call(task, q.info) }

// InfoStep is the step form of [Queue.Info].
func (q *Queue[T]) InfoStep(task *edo.Task, st *edo.Step) (done bool, info QueueInfo, err error) {
	return edo.CallStep(task, st, q.info)
}

// manySubjects is up to how many subjects of a stream Info asks for each of them.
const manySubjects = 1000

func (q *Queue[T]) info(ctx context.Context) (info QueueInfo, err error) {
	err = q.conn.in().Manage(ctx, func(ctx context.Context) error {
		info = QueueInfo{}
		for _, l := range q.lines {
			i, err := l.consumer.Info(ctx)
			if err != nil {
				return err
			}
			info.Taken += i.NumAckPending
		}
		s, err := q.conn.in().JetStream().Stream(ctx, q.stream())
		if err != nil {
			return err
		}
		// Of a new job the broker tells its consumer some time after it has confirmed it: the stream knows what waits. What
		// it says of all its subjects is of one instant. The number of its messages is of another: jobs come and go between.
		root, isMany := q.root(), s.CachedInfo().State.NumSubjects > manySubjects
		filter := root + ">"
		if isMany { // a scheduled job is a subject
			filter = root + "*"
		}
		jobs, err := s.Info(ctx, jetstream.WithSubjectFilter(filter))
		if err != nil {
			return err
		}
		due, lines := 0, 0
		for subject, n := range jobs.State.Subjects {
			if strings.Contains(strings.TrimPrefix(subject, root), ".") {
				info.Scheduled += int(n)
				continue
			}
			due += int(n)
			lines++
		}
		info.Waiting = max(0, due-info.Taken)
		if isMany {
			info.Scheduled = max(0, int(jobs.State.NumSubjects)-lines)
		}
		if s, err = q.conn.in().JetStream().Stream(ctx, q.deadStream()); err != nil {
			return err
		}
		info.Dead = int(s.CachedInfo().State.Msgs)
		return nil
	})
	return info, q.explain(err)
}
