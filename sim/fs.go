package sim

import "github.com/edo-go/edo/sim/disk"

// FS is a file system that can be written: of a simulation ([disk.Disk], which loses at a crash
// what was not synced), or of the machine ([disk.Dir]).
type FS = disk.FS

// File is an open file of an FS.
type File = disk.File
