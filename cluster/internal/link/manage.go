package link

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
)

// Manage calls fn, which asks the broker something that may be asked twice, until the broker has
// answered, or ctx ends. It asks again when the connection was lost and is there again.
func (c *Conn) Manage(ctx context.Context, fn func(ctx context.Context) error) error {
	for {
		link, err := c.linkOf()
		if err != nil {
			return err
		}
		err = withLink(ctx, link, fn)
		if errors.Is(err, nats.ErrConnectionClosed) {
			return ErrClosed
		}
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isAway(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-link:
		case <-time.After(RetryWait):
		}
	}
}

// linkOf returns the link, and ErrClosed when the Conn is closed.
func (c *Conn) linkOf() (link chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return nil, ErrClosed
	}
	return c.link, nil
}

// withLink calls fn with a context that ends with the link too.
func withLink(ctx context.Context, link chan struct{}, fn func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-link:
			cancel()
		case <-over:
		}
	}()
	return fn(ctx)
}
