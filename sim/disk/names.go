package disk

import (
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// A rename is a change of names that is whole or not at all: each of its parts says what a name
// in a directory stands for after it.
type rename struct{ parts []part }

type part struct {
	dir  *node
	name string
	node *node // nil: nothing
}

// change changes names, as the program sees them.
func (d *Disk) change(parts ...part) {
	for _, p := range parts {
		p.dir.changed = d.now()
		if old := p.dir.names[p.name]; old != nil && old != p.node && !old.isDir() {
			old.links--
			d.forget(old)
		}
		if p.node == nil {
			delete(p.dir.names, p.name)
		} else {
			p.dir.names[p.name] = p.node
		}
	}
	d.names = append(d.names, rename{parts})
}

// forget gives back the room of a file that has no name and is not open.
func (d *Disk) forget(n *node) {
	if n.links <= 0 && !n.isOpen(d.run) {
		d.size -= int64(len(n.data))
	}
}

// touches reports whether r changes a name in one of the directories.
func (r rename) touches(dirs map[*node]bool) bool {
	return slices.ContainsFunc(r.parts, func(p part) bool { return dirs[p.dir] })
}

// commit makes r durable.
func (r rename) commit() {
	for _, p := range r.parts {
		if p.node == nil {
			delete(p.dir.safeNames, p.name)
		} else {
			p.dir.safeNames[p.name] = p.node
		}
	}
}

// movesDir reports whether r is a directory that gets another name. Such changes become durable in
// the order of the calls: otherwise one directory could come to lie in another that lies in it.
func (r rename) movesDir() bool { return len(r.parts) == 2 && r.parts[0].node.isDir() }

// commitNames makes the names in dir durable, and with each change those that it needs: a rename
// is whole, and the changes before it in a directory are durable too. It makes all names durable, if dir
// is nil or the disk has a journal.
func (d *Disk) commitNames(dir *node) {
	all := dir == nil || d.config.Journal
	dirs := map[*node]bool{dir: true}
	hasMoves := false
	var durable, rest []rename // latest first
	for _, r := range slices.Backward(d.names) {
		if !all && !r.touches(dirs) && !(hasMoves && r.movesDir()) {
			rest = append(rest, r)
			continue
		}
		durable = append(durable, r)
		hasMoves = hasMoves || r.movesDir()
		for _, p := range r.parts {
			dirs[p.dir] = true
		}
	}
	for _, r := range slices.Backward(durable) {
		r.commit()
	}
	slices.Reverse(rest)
	d.names = rest
}

// SyncDir makes the names in a directory durable.
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.find("sync", name)
	if err != nil {
		return err
	}
	if !n.isDir() {
		return &fs.PathError{Op: "sync", Path: name, Err: syscall.ENOTDIR}
	}
	d.commitNames(n)
	return nil
}

// Mkdir makes a directory.
func (d *Disk) Mkdir(name string, perm fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base, err := d.findDir("mkdir", name)
	if err != nil {
		return err
	}
	if dir.names[base] != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	n := newDir(fs.ModeDir | perm.Perm())
	n.changed = d.now()
	d.change(part{dir, base, n})
	return nil
}

// MkdirAll makes a directory, and those that it is in, unless they are there.
func (d *Disk) MkdirAll(name string, perm fs.FileMode) error {
	if err := check("mkdir", name); err != nil {
		return err
	}
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := d.Stat(name[:i])
		switch {
		case err != nil:
			if err := d.Mkdir(name[:i], perm); err != nil {
				return err
			}
		case !info.IsDir() && i == len(name):
			return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
		case !info.IsDir():
			return &fs.PathError{Op: "mkdir", Path: name[:i], Err: syscall.ENOTDIR}
		}
	}
	return nil
}

// Remove removes a file or an empty directory.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base, err := d.findDir("remove", name)
	if err != nil {
		return err
	}
	switch n := dir.names[base]; {
	case n == nil:
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	case n.isDir() && len(n.names) != 0:
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	}
	d.change(part{dir, base, nil})
	return nil
}

// RemoveAll removes a name and all below it, one name after the other.
func (d *Disk) RemoveAll(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base, err := d.findDir("unlinkat", name)
	if err != nil {
		if isMissing(err) {
			return nil
		}
		return err
	}
	if n := dir.names[base]; n != nil {
		d.removeBelow(n)
		d.change(part{dir, base, nil})
	}
	return nil
}

func (d *Disk) removeBelow(n *node) {
	for _, name := range sortedNames(n) {
		d.removeBelow(n.names[name])
		d.change(part{n, name, nil})
	}
}

// Rename gives a file or directory another name.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.rename(from, to); err != nil {
		if e, ok := err.(*fs.PathError); ok {
			err = e.Err
		}
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

func (d *Disk) rename(from, to string) error {
	dir, base, err := d.findDir("rename", from)
	if err != nil {
		return err
	}
	into, name, err := d.findDir("rename", to)
	if err != nil {
		return err
	}
	n := dir.names[base]
	if n == nil {
		return fs.ErrNotExist
	}
	old := into.names[name]
	switch {
	case old != nil && old.isDir(): // as os.Rename, also if it is empty
		return fs.ErrExist
	case old == n:
		return nil
	case n.isDir() && holds(n, into):
		return syscall.EINVAL
	case old == nil:
	case n.isDir():
		return syscall.ENOTDIR
	}
	if !n.isDir() {
		n.links++ // it loses one when the old name goes
	}
	d.change(part{into, name, n}, part{dir, base, nil})
	return nil
}

// holds reports whether the directory n is in or at dir.
func holds(dir, n *node) bool {
	if dir == n {
		return true
	}
	for _, child := range dir.names {
		if child.isDir() && holds(child, n) {
			return true
		}
	}
	return false
}

// crashNames makes some of the changes of names durable, and forgets the others. In each
// directory a first part of them remains.
func (d *Disk) crashNames() {
	keeps := d.chance()
	stopped := map[*node]bool{}
	stoppedMoves := false
	lost := 0
	for _, r := range d.names {
		stops := d.config.Journal && len(stopped) != 0 || r.touches(stopped) || stoppedMoves && r.movesDir() || !d.happens(keeps)
		if !stops {
			r.commit()
			continue
		}
		lost++
		stoppedMoves = stoppedMoves || r.movesDir()
		for _, p := range r.parts {
			stopped[p.dir] = true
		}
	}
	if lost != 0 {
		d.tell("the crash loses %d of %d changes of names that were not synced", lost, len(d.names))
	}
	d.names = nil
}
