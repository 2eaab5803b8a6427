package disk

import (
	"io"
	"io/fs"
)

// An FS is a file system that can be written. Names are those of [fs.FS]: relative, with
// slashes, without "..". [Disk] and [Dir] are an FS.
type FS interface {
	fs.FS
	fs.StatFS
	fs.ReadDirFS
	fs.ReadFileFS

	// OpenFile opens a file with the flags of package os, such as os.O_RDWR|os.O_CREATE. Open of
	// an FS opens a file for reading.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)

	// Create makes a file, or makes it empty if it is there, for reading and writing.
	Create(name string) (File, error)

	Mkdir(name string, perm fs.FileMode) error
	MkdirAll(name string, perm fs.FileMode) error

	// Remove removes a file or an empty directory. A file that is open lives until it is
	// closed.
	Remove(name string) error

	// RemoveAll removes a name and all below it. A name that is not there is no error.
	RemoveAll(name string) error

	// Rename gives a file or directory another name, in place of a file that has it. After a
	// crash either the old names are there, or the new ones.
	Rename(from, to string) error

	// Truncate changes the size of a file.
	Truncate(name string, size int64) error

	// WriteFile writes a file, which it makes or makes empty first. It syncs nothing.
	WriteFile(name string, data []byte, perm fs.FileMode) error

	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error
}

// A File is an open file of an FS. An [os.File] is one.
type File interface {
	fs.File
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Seeker

	// Name is that which the file was opened with.
	Name() string

	// Truncate changes the size of the file, and not the position.
	Truncate(size int64) error

	// Sync makes the data of the file, and its size, durable.
	Sync() error
}
