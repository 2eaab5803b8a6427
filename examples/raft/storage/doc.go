// Package storage is the disk of a server: what it must not forget.
//
// There are two files. The snapshot is replaced as a whole. The log begins with all that is not in the
// snapshot, and then has a record for each [consensus.Output]. When there is a new snapshot the log is
// replaced too.
//
// # What a crash may do
//
// The disk keeps what was synced. Of what was written and not synced it keeps something, nothing or a part, in any
// order. So a record is synced before the server sends a message that depends on it, and has a checksum
// by which a torn one is known; a file is replaced by writing another one, syncing it, giving it the
// name and syncing the folder, which has the names. A crash between the snapshot and the log leaves an
// old log, whose first entries the snapshot covers: a node knows what to do with it.
//
// After an error of the disk its contents are not known: pages may be lost that no later sync reports.
// So the server ends, and reads what there is when it starts again.
package storage
