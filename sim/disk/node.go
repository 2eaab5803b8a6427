package disk

import (
	"io/fs"
	"maps"
	"path"
	"time"
)

// A node is a file or a directory, whatever its names. The lock of the disk guards it.
type node struct {
	mode    fs.FileMode
	changed time.Time

	// Of a file:
	data    []byte   // as the program sees it
	safe    []byte   // what is durable
	pending []change // what was done since, oldest first
	links   int      // names that the program sees: 0 or 1
	opens   int      // open files of one run
	run     uint64   // of the disk, whose open files those are: that of an earlier one are closed

	// Of a directory:
	names     map[string]*node // as the program sees them
	safeNames map[string]*node // those that are durable
}

func newDir(mode fs.FileMode) *node {
	return &node{mode: mode, names: map[string]*node{}, safeNames: map[string]*node{}}
}

func (n *node) isDir() bool { return n.mode.IsDir() }

// restore makes the program see what is durable, in n and below it.
func (n *node) restore() {
	if !n.isDir() {
		n.data = append([]byte(nil), n.safe...)
		n.pending, n.links = nil, 1
		return
	}
	n.names = maps.Clone(n.safeNames)
	for _, child := range n.names { // each is changed alone: the order does not matter
		child.restore()
	}
}

// open notes one more open file, of the present run.
func (n *node) open(run uint64) {
	if n.run != run {
		n.opens, n.run = 0, run
	}
	n.opens++
}

// isOpen reports whether the node has open files of the present run.
func (n *node) isOpen(run uint64) bool { return n.opens > 0 && n.run == run }

// total returns the bytes of all files in n and below it.
func (n *node) total() int64 {
	sum := int64(len(n.data))
	for _, child := range n.names {
		sum += child.total()
	}
	return sum
}

// info is a node as a [fs.FileInfo] and a [fs.DirEntry], of one moment.
type info struct {
	name    string
	mode    fs.FileMode
	size    int64
	changed time.Time
}

func (n *node) info(name string) *info {
	return &info{name: path.Base(name), mode: n.mode, size: int64(len(n.data)), changed: n.changed}
}

func (i *info) Name() string               { return i.name }
func (i *info) Size() int64                { return i.size }
func (i *info) Mode() fs.FileMode          { return i.mode }
func (i *info) Type() fs.FileMode          { return i.mode.Type() }
func (i *info) ModTime() time.Time         { return i.changed }
func (i *info) IsDir() bool                { return i.mode.IsDir() }
func (i *info) Sys() any                   { return nil }
func (i *info) Info() (fs.FileInfo, error) { return i, nil }
func (i *info) String() string             { return fs.FormatFileInfo(i) }
