package catalogue

import "partyline/protocol"

// Answer is what the client of a decided command gets, asked after its facts were
// applied: protocol.Game for CreateGame, UpdateGame and ToggleGame (with zero totals),
// protocol.Message for DeleteGame, protocol.FavorSet for FavorGame and FavorPack,
// protocol.PackToggled for TogglePack (affected are all games of the pack),
// protocol.GamesImported for ImportGames, nil for Seed.
func (h *State) Answer(cmd protocol.Command, facts []Fact) any {
	switch c := cmd.(type) {
	case protocol.CreateGame:
		for _, f := range facts {
			if f, ok := f.(*GameCreated); ok {
				return f.Game.Resource()
			}
		}
	case protocol.UpdateGame:
		return h.byID[c.ID].Resource()
	case protocol.ToggleGame:
		return h.byID[c.ID].Resource()
	case protocol.DeleteGame:
		return protocol.Message{Message: "Game deleted successfully"}
	case protocol.FavorGame:
		return protocol.FavorSet{Message: "Favor bias updated successfully", FavorBias: *c.FavorBias}
	case protocol.FavorPack:
		return protocol.FavorSet{Message: "Pack favor bias updated successfully", FavorBias: *c.FavorBias}
	case protocol.TogglePack:
		return protocol.PackToggled{Message: toggled(*c.Enabled), GamesAffected: len(h.pack(c.Name))}
	case protocol.ImportGames:
		return gamesImported(c, facts)
	}
	return nil
}

func toggled(enabled bool) string {
	if enabled {
		return "Pack enabled successfully"
	}
	return "Pack disabled successfully"
}
