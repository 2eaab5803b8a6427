package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/cmd/edo/internal/command"
)

// place is where the broker is: the common flags.
type place struct{ folder, url string }

// newSet returns the flags that all commands have.
func newSet(name, about string, p *place, out, errs writer) *command.Set {
	set := command.NewSet("edo work "+name, about, out, errs)
	set.StringVar(&p.folder, "folder", "", "`folder` of the broker; without it one in the user's cache folder")
	set.StringVar(&p.url, "url", "", "`URL` of a server of NATS, instead of a folder")
	return set
}

// check requires that the place is one.
func (p *place) check() error {
	switch {
	case p.url != "" && p.folder != "":
		return errors.New("give --folder or --url, not both")
	case p.url == "" && p.folder == "":
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("there is no cache folder, so --folder or --url is needed: %w", err)
		}
		p.folder = filepath.Join(cache, "edo", "work")
	}
	return nil
}

// connect connects. Of a folder without a broker it becomes the broker only if that is wanted.
func (p *place) connect(task *edo.Task, mayServe bool) (*cluster.Conn, error) {
	if p.url != "" {
		return (&cluster.Client{Name: "edo work"}).Connect(task, p.url)
	}
	none := fmt.Errorf("there is no broker in %s: edo work serve starts one", p.folder)
	if _, err := os.Stat(p.folder); err != nil && !mayServe {
		return nil, none
	}
	conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, p.folder)
	if err != nil || mayServe || !conn.IsBroker() {
		return conn, err
	}
	return nil, errors.Join(none, conn.Close(task))
}

// workersOf returns the leases of the workers: each holds one while it works.
func workersOf(task *edo.Task, conn *cluster.Conn) (*lease.Space, error) {
	return lease.NewSpace(task, conn, "edo-work", lease.Config{TTL: 5 * time.Second})
}
