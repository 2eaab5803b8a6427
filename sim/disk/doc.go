// Package disk has file systems for programs that must survive a crash: [Disk], in memory,
// which loses at a crash what a real one may lose, and [Dir], a directory of the machine.
// Both are an [FS], so that a program is written once.
//
// # Model
//
// A Disk has two states: the one that the program sees, and the one that is durable. A
// change is seen at once, and becomes durable by a sync. [Disk.Crash] throws a die for all that
// was not synced, and the program sees what is durable then:
//
//	change                        durable after
//	data of a file, its size      [File.Sync]
//	a name: of a new file, a      [FS.SyncDir] of its directory; of a rename, of one of the two
//	removed, a renamed one
//
// What a crash does to a change that is not durable:
//
//   - Data goes to the disk in pages of 4096 bytes, each at a time of its own: a page has
//     the data of some moment since the last sync, and a later page may be there when an
//     earlier one is not. A page may be torn: some of its sectors, of 512 bytes, are older than
//     others.
//   - The size of a file is of some moment since the last sync. Bytes that belong to the size,
//     and whose page was not written, are zero.
//   - A rename is whole or not at all. The names of one directory change in the order of the
//     calls: of the changes to them a first part remains.
//
// That is what POSIX allows, and what some file systems do. With [Config.Journal] a Disk does
// what ext4 does in its ordered mode: the changes of all names have one order, every sync
// makes all of them durable, and a file is not longer than what was written of it.
//
// A sync may fail ([Config.SyncFails]). Then, as on Linux, the data that it did not write counts as
// written: the program sees it until the next crash, a second sync does not write it, and a program
// must stop to trust the file.
//
// # Concurrency, errors, cost
//
// All methods may be called from any goroutine. They return at once, and cost no virtual time.
// Errors are an [fs.PathError], or an [os.LinkError], that matches [fs.ErrNotExist] and so on. A
// Disk keeps each file twice in memory. A crash is a function of the seed and of the calls before
// it.
//
// # When not to use it
//
// It has no links, no permissions, no times of access, and does not damage data that was synced.
// For an in-memory file system that does not lose anything, [testing/fstest.MapFS] is smaller.
//
// # Example
//
//	d := disk.New(disk.Config{Seed: seed})
//	f, err := d.Create("log")
//	f.Write(record)
//	f.Sync()
//	d.SyncDir(".")
//	d.Crash()
//	log, err := d.ReadFile("log") // the record is there
package disk
