package lease

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/nats-io/nats.go/jetstream"
)

// Config is how a [Space] is. The zero Config has the defaults.
type Config struct {
	// TTL is how long a lease lives without a sign of life of its holder, which sends one each third
	// of it: whole seconds, from 1 s to 24 h. It is the program's own: others may have another one.
	// 0: 15 s.
	TTL time.Duration
	// Replicas is on how many servers of a cluster the leases lie, the same for all programs. 0: 1.
	Replicas int
}

// check returns cfg with its defaults.
func (cfg Config) check() (Config, error) {
	cfg.TTL = cmp.Or(cfg.TTL, 15*time.Second)
	cfg.Replicas = cmp.Or(cfg.Replicas, 1)
	switch {
	case cfg.TTL < time.Second || cfg.TTL > 24*time.Hour:
		return cfg, fmt.Errorf("lease: Config.TTL is %v, want 1s to 24h", cfg.TTL)
	case cfg.TTL%time.Second != 0: // the broker would cut it down
		return cfg, fmt.Errorf("lease: Config.TTL is %v, want whole seconds", cfg.TTL)
	case cfg.Replicas < 1 || cfg.Replicas > 5:
		return cfg, fmt.Errorf("lease: Config.Replicas is %d, want 1 to 5", cfg.Replicas)
	}
	return cfg, nil
}

// A Space is a set of leases at a broker, by their names. Any number of tasks may use it. It holds
// nothing that must be closed. When its [cluster.Conn] closes, leases that are still held end, and
// are given back.
//
// Leases lie in the key-value bucket edo_lease_SPACE.
type Space struct {
	k   *keeper
	cfg Config
}

// NewSpace returns the space with the name, of letters, digits, '-' and '_'. It is made at the broker
// when it is not there.
//
//edo:step NewSpaceStep
func NewSpace(task *edo.Task, conn *cluster.Conn, name string, cfg Config) (*Space, error) {
	return edo.Call(task, func(ctx context.Context) (*Space, error) { return newSpace(ctx, conn, name, cfg) })
}

// NewSpaceStep is the step form of [NewSpace].
func NewSpaceStep(task *edo.Task, st *edo.Step, conn *cluster.Conn, name string, cfg Config) (done bool, s *Space, err error) {
	return edo.CallStep(task, st, func(ctx context.Context) (*Space, error) { return newSpace(ctx, conn, name, cfg) })
}

func newSpace(ctx context.Context, conn *cluster.Conn, name string, cfg Config) (*Space, error) {
	if err := checkSpace(name); err != nil {
		return nil, err
	}
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	k, err := keeperOf((*link.Conn)(conn), name)
	if err != nil {
		return nil, err
	}
	err = k.conn.Manage(ctx, func(ctx context.Context) error {
		return k.conn.MakeBucket(ctx, k.bucket, cfg.Replicas, markerTTL)
	})
	k.hasReplicas.Store(cfg.Replicas > 1)
	switch {
	case errors.Is(err, jetstream.ErrBucketExists), errors.Is(err, jetstream.ErrStreamNameAlreadyInUse):
		return nil, fmt.Errorf("lease: the space %s exists with other settings, and all programs must give the same: %w", name, err)
	case err != nil && !errors.Is(err, cluster.ErrClosed):
		return nil, fmt.Errorf("lease: the space %s: %w", name, link.ExplainReplicas(err, "Config.Replicas", cfg.Replicas))
	case err != nil:
		return nil, err
	}
	return &Space{k: k, cfg: cfg}, nil
}

// Name returns the name of the space.
func (s *Space) Name() string { return s.k.space }

// TTL returns how long a lease of s lives without a sign of life.
func (s *Space) TTL() time.Duration { return s.cfg.TTL }
