// Package overlay keeps what lowering has made, and hands it to the go command.
//
// A [Cache] is a folder of the user, $EDOCACHE or edo in [os.UserCacheDir]:
//
//	files/xx/HASH-conn.go   lowered files, by the hash of their text
//	units/xx/HASH.json      what became of a package, by the hash of all that it was made from
//	overlays/xx/HASH.json   arguments of go build -overlay, by the hash of their text
//	trimmed                 its time is that of the last cleaning
//
// An entry never changes, and appears with a rename, so any number of processes may use the folder at the same time.
// An entry that was not used for five days is deleted. A go command that still runs after its overlay was written does
// not lose it: each use of an entry sets its time.
package overlay
