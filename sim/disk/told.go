package disk

import (
	"bytes"
	"fmt"
	"path"
)

// tell tells of a fault.
func (d *Disk) tell(format string, args ...any) {
	if d.config.Fault != nil {
		d.config.Fault(fmt.Sprintf(format, args...))
	}
}

// fileNames returns the names of the files, as the program sees them; none if faults are not told.
func (d *Disk) fileNames() map[*node]string {
	names := map[*node]string{}
	if d.config.Fault != nil {
		d.root.addNames(".", names)
	}
	return names
}

func (n *node) addNames(at string, names map[*node]string) {
	for base, child := range n.names {
		if name := path.Join(at, base); child.isDir() {
			child.addNames(name, names)
		} else {
			names[child] = name
		}
	}
}

// tell calls decide, by which the crash of a file is decided, and tells what that loses. name is empty for a file
// that has none any more.
func (c *crash) tell(name string, decide func()) {
	n := c.node
	if c.disk.config.Fault == nil || name == "" {
		decide()
		return
	}
	changes, before := len(n.pending), n.safe
	decide()
	switch {
	case bytes.Equal(n.safe, n.data):
	case bytes.Equal(n.safe, before):
		c.disk.tell("the crash loses what was not synced of %s: %d changes, to %d bytes", name, changes, len(n.data))
	default:
		c.disk.tell("the crash tears %s: it keeps a part of %d changes that were not synced, %d bytes of %d", name, changes, len(n.safe), len(n.data))
	}
}
