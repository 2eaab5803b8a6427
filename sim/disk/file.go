package disk

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"syscall"
)

// file is an open file or directory.
type file struct {
	disk *Disk
	node *node
	name string
	flag int
	run  uint64

	closed bool     // guarded by the lock of the disk, as the following
	at     int64    // of the next Read or Write
	rest   []string // of a directory: names that ReadDir has not returned; set by the first call
	listed bool
}

var _ File = (*file)(nil)

const access = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

// OpenFile opens a file or a directory with the flags of package os: O_APPEND, O_CREATE, O_EXCL
// and O_TRUNC, and one of O_RDONLY, O_WRONLY and O_RDWR. With O_SYNC every write is a sync too.
func (d *Disk) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.find("open", name)
	switch {
	case err == nil && flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case err == nil && n.isDir() && flag&(access|os.O_TRUNC|os.O_CREATE) != os.O_RDONLY:
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	case err != nil && (flag&os.O_CREATE == 0 || !isMissing(err)):
		return nil, err
	case err != nil:
		dir, base, err := d.findDir("open", name)
		if err != nil {
			return nil, err
		}
		n = &node{mode: perm.Perm(), changed: d.now(), links: 1}
		d.change(part{dir, base, n})
	case flag&os.O_TRUNC != 0 && flag&access != os.O_RDONLY:
		d.record(n, change{})
	}
	n.open(d.run)
	return &file{disk: d, node: n, name: name, flag: flag, run: d.run}, nil
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Create makes a file, or makes it empty.
func (d *Disk) Create(name string) (File, error) {
	return d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// enter begins an operation: it takes the lock, which exit gives back.
func (f *file) enter(op string) error {
	f.disk.mu.Lock()
	if f.closed || f.run != f.disk.run {
		return f.fail(op, fs.ErrClosed)
	}
	return nil
}

func (f *file) exit() { f.disk.mu.Unlock() }

func (f *file) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

// mayRead and mayWrite return an error unless f was opened for that.
func (f *file) mayRead(op string) error {
	switch {
	case f.node.isDir():
		return f.fail(op, syscall.EISDIR)
	case f.flag&access == os.O_WRONLY:
		return f.fail(op, syscall.EBADF)
	}
	return nil
}

func (f *file) mayWrite(op string) error {
	if f.flag&access == os.O_RDONLY {
		return f.fail(op, syscall.EBADF)
	}
	return nil
}

func (f *file) Name() string { return f.name }

func (f *file) Stat() (fs.FileInfo, error) {
	defer f.exit()
	if err := f.enter("stat"); err != nil {
		return nil, err
	}
	return f.node.info(f.name), nil
}

func (f *file) Read(p []byte) (int, error) {
	defer f.exit()
	err := f.enter("read")
	if err == nil {
		err = f.mayRead("read")
	}
	if err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if f.at >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[f.at:])
	f.at += int64(n)
	return n, nil
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	defer f.exit()
	err := f.enter("read")
	if err == nil {
		err = f.mayRead("read")
	}
	if err == nil && at < 0 {
		err = f.fail("readat", errNegative)
	}
	if err != nil {
		return 0, err
	}
	if at >= int64(len(f.node.data)) && len(p) != 0 {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[min(at, int64(len(f.node.data))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

var errNegative = errors.New("negative offset")

func (f *file) Write(p []byte) (int, error) {
	defer f.exit()
	if err := f.enter("write"); err != nil {
		return 0, err
	}
	if f.flag&os.O_APPEND != 0 {
		f.at = int64(len(f.node.data))
	}
	n, err := f.write(p, f.at)
	f.at += int64(n)
	return n, err
}

func (f *file) WriteAt(p []byte, at int64) (int, error) {
	defer f.exit()
	err := f.enter("write")
	switch {
	case err != nil:
		return 0, err
	case f.flag&os.O_APPEND != 0:
		return 0, errAppend
	case at < 0:
		return 0, f.fail("writeat", errNegative)
	}
	return f.write(p, at)
}

var errAppend = errors.New("disk: WriteAt of a file that was opened with O_APPEND")

// write writes as much of p as there is room for.
func (f *file) write(p []byte, at int64) (int, error) {
	if err := f.mayWrite("write"); err != nil {
		return 0, err
	}
	d, n := f.disk, len(p)
	if at > mostSize-int64(n) {
		return 0, f.fail("write", syscall.EFBIG)
	}
	if d.config.Size > 0 {
		room := int64(len(f.node.data)) + max(d.config.Size-d.size, 0) - at
		n = int(min(int64(n), max(room, 0)))
	}
	if n > 0 {
		d.record(f.node, change{at: at, data: slices.Clone(p[:n])})
	}
	if n < len(p) {
		return n, f.fail("write", syscall.ENOSPC)
	}
	if f.flag&os.O_SYNC != 0 {
		return n, f.sync()
	}
	return n, nil
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	defer f.exit()
	if err := f.enter("seek"); err != nil {
		return 0, err
	}
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.node.data))
	case io.SeekStart:
	default:
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	f.at = offset
	return offset, nil
}

func (f *file) Truncate(size int64) error {
	defer f.exit()
	err := f.enter("truncate")
	if err == nil {
		err = f.mayWrite("truncate")
	}
	switch {
	case err != nil:
	case size < 0:
		err = f.fail("truncate", fs.ErrInvalid)
	case size > mostSize:
		err = f.fail("truncate", syscall.EFBIG)
	}
	if d := f.disk; err == nil && d.config.Size > 0 && d.size+size-int64(len(f.node.data)) > d.config.Size {
		err = f.fail("truncate", syscall.ENOSPC)
	}
	if err != nil {
		return err
	}
	f.disk.record(f.node, change{size: size})
	return nil
}

func (f *file) Sync() error {
	defer f.exit()
	if err := f.enter("sync"); err != nil {
		return err
	}
	return f.sync()
}

// sync makes the file durable, or fails.
func (f *file) sync() error {
	d := f.disk
	if f.node.isDir() {
		d.commitNames(f.node)
		return nil
	}
	d.clean(f.node)
	if p := d.config.SyncFails; p > 0 && d.happens(p) {
		d.tell("a sync of %s fails", d.fileNames()[f.node])
		c := crash{disk: d, node: f.node, keeps: d.chance()}
		c.file() // some of it was written
		return f.fail("sync", syscall.EIO)
	}
	f.node.settle()
	if d.config.Journal {
		d.commitNames(nil)
	}
	return nil
}

func (f *file) Close() error {
	defer f.exit()
	if err := f.enter("close"); err != nil {
		return err
	}
	f.closed = true
	f.node.opens--
	if !f.node.isDir() {
		f.disk.forget(f.node)
	}
	return nil
}

// ReadDir returns the entries of a directory by name, those that the calls before have not
// returned.
func (f *file) ReadDir(n int) ([]fs.DirEntry, error) {
	defer f.exit()
	if err := f.enter("readdir"); err != nil {
		return nil, err
	}
	if !f.node.isDir() {
		return nil, f.fail("readdir", syscall.ENOTDIR)
	}
	if !f.listed {
		f.rest, f.listed = sortedNames(f.node), true
	}
	if n <= 0 {
		all := f.rest
		f.rest = nil
		return f.node.entries(all), nil
	}
	for len(f.rest) != 0 { // of some names there may be nothing any more
		some := f.rest[:min(n, len(f.rest))]
		f.rest = f.rest[len(some):]
		if all := f.node.entries(some); len(all) != 0 {
			return all, nil
		}
	}
	return nil, io.EOF
}

// sortedNames returns the names in a directory.
func sortedNames(n *node) []string { return slices.Sorted(maps.Keys(n.names)) }

// entries returns those of the names that are there.
func (n *node) entries(names []string) []fs.DirEntry {
	all := make([]fs.DirEntry, 0, len(names))
	for _, name := range names {
		if child := n.names[name]; child != nil {
			all = append(all, child.info(name))
		}
	}
	return all
}
