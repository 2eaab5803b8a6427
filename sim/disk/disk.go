package disk

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Config configures a [Disk]. The zero value works.
type Config struct {
	// Seed decides what a crash does, and which syncs fail.
	Seed uint64

	// Rand replaces the seed: it returns the next random number.
	Rand func() uint64

	// Now returns the time that a change of a file notes. Without it the time stands still.
	Now func() time.Time

	// Fault is called when the disk has a fault that the seed has drawn: a sync that fails, and what a crash
	// loses or tears, in words. It must not use the disk. nil: it is not told.
	Fault func(what string)

	// Journal makes the disk keep what ext4 keeps, and no less. Otherwise it keeps what POSIX
	// promises.
	Journal bool

	// Size is how many bytes all files have room for. A write that needs more fails with
	// ENOSPC. Zero means no limit. A file of more than a gigabyte fails with EFBIG.
	Size int64

	// SyncFails is the probability with which a sync of a file fails with EIO. What it has not
	// written is lost at the next crash.
	SyncFails float64
}

// Disk is a file system in memory that can crash. [New] makes one.
type Disk struct {
	config Config
	draw   *rand.Rand

	mu      sync.Mutex // guards the following, and all nodes
	root    *node
	run     uint64   // of open files: one of an earlier run is closed
	names   []rename // changes of names that are not durable, oldest first
	dirty   []*node  // files that have changes which are not durable, as they came
	size    int64    // of all files
	crashes int
}

var _ FS = (*Disk)(nil)

// New returns an empty Disk. It panics when the size is below 0, or the probability of a failing sync is not from 0 to 1.
func New(c Config) *Disk {
	if c.Size < 0 {
		panic(fmt.Errorf("disk: Config.Size is %d: it is bytes, and 0 is no limit", c.Size))
	}
	if !(c.SyncFails >= 0 && c.SyncFails <= 1) {
		panic(fmt.Errorf("disk: Config.SyncFails is %v: a probability is from 0 to 1", c.SyncFails))
	}
	d := &Disk{config: c, root: newDir(fs.ModeDir | 0o755)}
	if c.Rand != nil {
		d.draw = rand.New(source(c.Rand))
	} else {
		d.draw = rand.New(rand.NewPCG(c.Seed, 0x6469736b))
	}
	return d
}

// source is a function as a source of random numbers.
type source func() uint64

func (s source) Uint64() uint64 { return s() }

// now returns the time of a change.
func (d *Disk) now() time.Time {
	if d.config.Now == nil {
		return time.Time{}
	}
	return d.config.Now()
}

// check returns an error unless name is one.
func check(op, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return nil
}

// find returns the node that a name stands for.
func (d *Disk) find(op, name string) (*node, error) {
	if err := check(op, name); err != nil {
		return nil, err
	}
	n := d.root
	if name == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !n.isDir() {
			return nil, &fs.PathError{Op: op, Path: name, Err: syscall.ENOTDIR}
		}
		if n = n.names[part]; n == nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return n, nil
}

// findDir returns the directory that a name is in, and the name there.
func (d *Disk) findDir(op, name string) (dir *node, base string, err error) {
	if err := check(op, name); err != nil {
		return nil, "", err
	}
	if name == "." {
		return nil, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	dir, err = d.find(op, path.Dir(name))
	if err == nil && !dir.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		if e, ok := err.(*fs.PathError); ok {
			err = e.Err
		}
		return nil, "", &fs.PathError{Op: op, Path: name, Err: err}
	}
	return dir, path.Base(name), nil
}

// Open opens a file or a directory for reading.
func (d *Disk) Open(name string) (fs.File, error) { return d.OpenFile(name, 0, 0) }

// Crash takes the power away and gives it back: of the changes that are not durable it keeps,
// loses and tears what the seed says. Files that are open fail from now on, with
// [fs.ErrClosed].
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run++
	d.crashes++
	names := d.fileNames()
	d.crashNames()
	d.crashFiles(names)
	d.root.restore()
	d.size = d.root.total()
}

// Kill ends the program and not the machine: files that are open fail from now on, with
// [fs.ErrClosed], and nothing is lost.
func (d *Disk) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run++
	d.size = d.root.total() // without files that have no name: they were open
}

// Sync makes everything durable, as the command sync does.
func (d *Disk) Sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.dirty {
		n.settle()
	}
	d.dirty = nil
	d.commitNames(nil)
}

// Crashes returns how often the disk has crashed.
func (d *Disk) Crashes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.crashes
}
