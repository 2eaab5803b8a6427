// Package build lowers what has changed of a build, and takes the rest from the cache.
//
// Its unit is a package as the go command compiles it. One source file is often in several: in p, in p as it is
// compiled for its own tests, and in p as it is compiled for the tests of a package below. An overlay has one text for
// all of them. That text is made once:
//
//   - p alone is lowered first, if the build has it;
//   - p compiled for its own tests then adds the files of the tests, whose functions use the frames that are there;
//   - p compiled for the tests of another package adds nothing, unless the build does not have p alone.
//
// So the frames of a file are the same in each of its packages: they cannot depend on what tests declare.
//
// The key of a unit is a hash of all that its lowering depends on: this program, the tool chain, the text of its files,
// and the same of all packages that it imports. A unit with a known key is not even type-checked, unless one that has
// changed imports it.
package build
