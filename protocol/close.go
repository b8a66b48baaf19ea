package protocol

// CloseTryLater is the close code of a WebSocket whose session could not be read
// for half a minute: the storage fails. Connect again later.
const CloseTryLater CloseCode = 1013
