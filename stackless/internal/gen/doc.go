// Package gen makes the files that edo gen writes.
//
// A library in the module cache cannot be lowered by the builds of its users: the go command refuses an overlay there.
// So its author commits what the compiler makes. For conn.go there is a file conn_stackless.go with
//
//   - the frames of its functions, as the compiler appends them to the file in an overlay;
//   - a step form of each exported function and method that has a frame. It keeps the frame in the Step of its caller,
//     and has the directive //edo:stepof, which is to the function what //edo:step is in a library written by hand.
//
// The sources stay as they are, and the plain build does not use the new files.
package gen
