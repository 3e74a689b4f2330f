"""Whether those who follow Latchkey refuse what was ended, in time, and refuse everything while they cannot know."""
