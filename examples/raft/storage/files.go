package storage

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim/disk"
)

// Files is a folder, which belongs to one server at a time, and how a task waits for an operation in
// it. The folder of a machine is a [disk.Dir]. A test has a [disk.Disk], which can crash.
type Files struct {
	FS   disk.FS
	Wait func(task *edo.Task, operation func() error) error
}

// Beside waits for an operation that blocks, as those of a machine do, beside the other tasks.
func Beside(task *edo.Task, operation func() error) error {
	_, err := edo.Call(task, func(context.Context) (edo.Unit, error) { return edo.Unit{}, operation() })
	return err
}

// read returns the contents of a file: nil if there is none.
func (f Files) read(task *edo.Task, name string) (data []byte, err error) {
	err = f.Wait(task, func() (err error) {
		data, err = f.FS.ReadFile(name)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && data == nil {
		data = []byte{}
	}
	return data, err
}

// replace makes data the contents of a file, after a crash too: it has the old contents or the new ones.
func (f Files) replace(task *edo.Task, name string, data []byte) error {
	var file disk.File
	err := f.Wait(task, func() (err error) {
		file, err = f.FS.Create(name + ".new")
		return err
	})
	if err != nil {
		return err
	}
	err = f.append(task, file, data)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := f.Wait(task, func() error { return f.FS.Rename(name+".new", name) }); err != nil {
		return err
	}
	return f.Wait(task, func() error { return f.FS.SyncDir(".") })
}

// open opens a file to append to it.
func (f Files) open(task *edo.Task, name string) (file disk.File, err error) {
	err = f.Wait(task, func() (err error) {
		file, err = f.FS.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		return err
	})
	return file, err
}

// append writes data at the end of a file, and syncs it.
func (f Files) append(task *edo.Task, file disk.File, data []byte) error {
	err := f.Wait(task, func() error {
		_, err := file.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	return f.Wait(task, file.Sync)
}
