"""Words and sentences from which make_items.py puts the items together."""

WOMEN = ["Mary", "Jane", "Anne", "Margaret", "Lucy", "Helen", "Kate", "Martha"]
MEN = ["John", "Robert", "Peter", "Henry", "Edward", "Thomas", "James", "Martin"]

# Agreement: head, its plural, preposition, nouns that stand between head and verb, with their plurals.
HEADS = [
    ("key", "keys", "to",
     [("gate", "gates"), ("door", "doors"), ("box", "boxes"), ("chamber", "chambers")]),
    ("letter", "letters", "from",
     [("soldier", "soldiers"), ("sister", "sisters"), ("lady", "ladies"), ("cousin", "cousins")]),
    ("tree", "trees", "near",
     [("river", "rivers"), ("wall", "walls"), ("house", "houses"), ("church", "churches")]),
    ("horse", "horses", "behind",
     [("cart", "carts"), ("barn", "barns"), ("inn", "inns"), ("mill", "mills")]),
    ("picture", "pictures", "of",
     [("king", "kings"), ("queen", "queens"), ("garden", "gardens"), ("ship", "ships")]),
    ("friend", "friends", "of",
     [("doctor", "doctors"), ("farmer", "farmers"), ("sailor", "sailors"), ("captain", "captains")]),
    ("box", "boxes", "under",
     [("table", "tables"), ("bed", "beds"), ("window", "windows"), ("chair", "chairs")]),
    ("bird", "birds", "above",
     [("field", "fields"), ("tower", "towers"), ("roof", "roofs"), ("hill", "hills")]),
    ("lamp", "lamps", "over",
     [("shop", "shops"), ("stable", "stables"), ("kitchen", "kitchens"), ("hall", "halls")]),
    ("child", "children", "beside",
     [("woman", "women"), ("nurse", "nurses"), ("stranger", "strangers"), ("fountain", "fountains")]),
    ("book", "books", "about",
     [("war", "wars"), ("island", "islands"), ("city", "cities"), ("battle", "battles")]),
    ("boat", "boats", "beyond",
     [("bridge", "bridges"), ("rock", "rocks"), ("castle", "castles"), ("village", "villages")]),
]
# Verb for one, verb for many, what follows.
PREDICATES = [
    ("is", "are", "well known in the country"), ("is", "are", "seldom seen by daylight"), ("is", "are", "not far away"),
    ("was", "were", "lost in the storm"), ("was", "were", "there before the morning"), ("was", "were", "found at last"),
    ("has", "have", "been here for years"), ("has", "have", "come back to us"), ("has", "have", "been forgotten"),
    ("seems", "seem", "to be very old"), ("looks", "look", "better than before"), ("pleases", "please", "my father"),
    ("belongs", "belong", "to the village"), ("reminds", "remind", "me of home"), ("deserves", "deserve", "our attention"),
]

# Word order: what fits together in any combination.
ADJECTIVES = ["old", "young", "poor", "honest", "tall", "happy", "strange", "proud", "wise", "rich"]
PEOPLE = ["king", "farmer", "doctor", "captain", "widow", "servant", "sailor", "nurse", "merchant", "priest"]
DEEDS = [("saw", "seen"), ("found", "found"), ("left", "left"), ("bought", "bought"), ("sold", "sold"), ("lost", "lost"),
         ("hid", "hidden"), ("forgot", "forgotten"), ("kept", "kept"), ("took", "taken")]
QUALITIES = ["small", "heavy", "golden", "broken", "beautiful", "dark", "white", "precious", "red", "empty"]
THINGS = ["box", "ring", "cup", "chair", "book", "basket", "picture", "knife", "letter", "lamp"]
PLACES = ["in the garden", "near the river", "behind the church", "at the market", "on the road", "before the winter",
          "after the dance", "under the bridge", "by the sea", "during the war"]

# Plausibility: a need, sentences that show it, and things that meet it.
SEEKING = ["she asked for", "he asked for", "she went to find", "he went to find", "she looked for", "he looked for",
           "they sent for", "they all wished for"]
NEEDS = [
    ("light", ["The room was quite dark", "The sun had set and nobody could see", "The cellar was as black as night"],
     ["a candle", "a lamp", "a lantern"]),
    ("food", ["Nobody had eaten since the morning", "Dinner had been forgotten", "The long walk had made everybody hungry"],
     ["some bread", "a pie", "some cheese", "some soup"]),
    ("drink", ["The day was hot and every throat was dry", "The salt meat had made everybody thirsty"],
     ["some wine", "some water", "a cup of tea", "some milk"]),
    ("warmth", ["The wind was cold and the snow fell fast", "Winter had come and the house was like ice"],
     ["a thick cloak", "a blanket", "a warm coat"]),
    ("rest", ["It was late and everybody was very tired", "Nobody had slept for two nights"],
     ["a bed", "a soft pillow"]),
    ("writing", ["There was a letter to write", "The whole story had to be put down in writing"],
     ["a pen", "some paper", "some ink"]),
    ("digging", ["A hole had to be dug in the garden", "The potatoes were still in the ground"], ["a spade", "a shovel"]),
    ("cutting", ["The old oak had to be cut down", "There was wood to be chopped"], ["an axe", "a saw"]),
    ("sewing", ["The sleeve of the dress was torn", "Two buttons had come off the shirt"], ["a needle", "some thread"]),
    ("crossing", ["The village was on the other side of the river", "The water lay between them and the island"],
     ["a boat", "a bridge"]),
    ("opening", ["The door was locked", "Nobody could open the iron chest"], ["the key", "the right key"]),
    ("hour", ["Nobody knew what time it was", "The coach was to leave at nine exactly"], ["a clock", "a watch"]),
    ("height", ["The apples hung too high to reach", "The cat could not get down from the roof"], ["a ladder", "a long ladder"]),
    ("health", ["The child had a fever", "The old man was ill and in great pain"], ["a doctor", "some medicine"]),
    ("money", ["The rent was due and there was nothing to pay it with", "There were debts to be paid before Sunday"],
     ["some money", "a purse full of gold"]),
    ("sweeping", ["The floor was covered with dust", "There were dead leaves all over the hall"], ["a broom", "a brush"]),
    ("reading", ["The evening was dull and the schoolmaster loved to read", "There was a long rainy day to pass in the library"],
     ["a book", "the newspaper"]),
    ("riding", ["The town was twenty miles off by the road", "It was much too far to go on foot"], ["a horse", "a carriage"]),
    ("fishing", ["The pond was full of fish", "There were trout in the stream to be caught"], ["a net", "a fishing line"]),
    ("music", ["The guests wanted to dance", "It was a wedding, and there was no music"], ["a fiddle", "a drum"]),
]
# Needs that one thing might meet.
TOO_NEAR = [set(pair.split()) for pair in """
    food drink, food warmth, food rest, food money, food fishing, food health, food digging, food height, food reading,
    drink warmth, drink rest, drink health, drink height, drink music, drink reading, drink fishing, drink crossing,
    warmth rest, warmth health, warmth sewing, warmth cutting, warmth money, light rest, light reading, light writing,
    rest health, rest reading, rest riding, writing reading, digging cutting, digging sweeping, cutting crossing,
    cutting opening, cutting height, crossing riding, crossing height, crossing fishing, crossing money, opening height,
    opening money, hour riding, height fishing, height riding, health riding, riding money, reading music
""".split(",")]

# Coreference: for one and the same question, a deed whose doer is the answer and one whose other party is.
RELATIONS = [
    ("{when} {a} gave the {thing} to {b}.", "{when} {a} took the {thing} from {b}.", "Now the {thing} is with", "b"),
    ("{when} {a} sold the {thing} to {b}.", "{when} {a} bought the {thing} from {b}.", "Now the {thing} belongs to", "b"),
    ("{when} {a} lent the {thing} to {b}.", "{when} {a} borrowed the {thing} from {b}.",
     "It will have to be given back by", "b"),
    ("{when} {a} sent the {thing} to {b}.", "{when} {a} received the {thing} from {b}.",
     "It had been packed with care by", "a"),
    ("{when} {a} led {b} to the {place}.", "{when} {a} followed {b} to the {place}.", "The one who walked in front was", "a"),
    ("{when} {a} chased {b} to the {place}.", "{when} {a} fled from {b} to the {place}.", "The one who was afraid was", "b"),
    ("{when} {a} served {b} at the {place}.", "{when} {a} employed {b} at the {place}.", "The wages were paid by", "b"),
    ("{when} {a} taught {b} at the {place}.", "{when} {a} learned from {b} at the {place}.", "The teacher was", "a"),
    ("{when} {a} beat {b} in the race to the {place}.", "{when} {a} lost to {b} in the race to the {place}.",
     "The prize was given to", "a"),
    ("{when} {a} visited {b} near the {place}.", "{when} {a} received {b} near the {place}.", "The guest was", "a"),
]
WHENS = ["Yesterday", "On Monday", "In the morning", "Last night", "Before dinner", "After the storm"]
# Two people of different sex, so that a pronoun says who is meant.
SCENES = [
    ("{a} and {b} came to the {place} together.", "{p} carried the {thing} and never put it down.",
     "The {thing} was carried by"),
    ("{a} and {b} waited a long time at the {place}.", "{p} had lost the {thing} and was very sorry.",
     "The {thing} had been lost by"),
    ("{a} met {b} at the {place}.", "{p} had brought the {thing} all the way from home.", "The {thing} had been brought by"),
    ("{a} sat down beside {b} at the {place}.", "{p} looked at the {thing} without a word.",
     "The person who looked at the {thing} was"),
]
SCENE_PLACES = ["market", "church", "mill", "inn", "school", "castle", "farm", "river"]

# Story cloze: slots, the story but for its turn, the two turns with the ending that each leads to.
# A turn stands where the story says {turn}.
STORIES = [
    (["hens", "ducks", "lambs", "rabbits"],
     "{n} kept {x} behind the house. Every night a fox came out of the wood. {turn} Then {n} went to bed.",
     "That evening {n} shut the door of the little house with care.", "That evening {n} left the door of the little house open.",
     "In the morning all the {x} were safe.", "In the morning some of the {x} were gone."),
    (["bread", "pie", "cake", "goose"],
     "{n} put a {x} into the oven for the guests. Then a neighbour came to the door to talk. {turn} At last the guests sat down.",
     "But {n} kept an eye on the clock and soon went back.", "They talked for three hours, and {n} forgot the oven.",
     "Everybody praised the {x}.", "The {x} was as black as coal."),
    (["flowers", "roses", "beans", "cabbages"],
     "{n} planted {x} in the spring. The summer was hot and no rain fell. {turn} Autumn came.",
     "{n} carried water to them every evening.", "{n} went away to the sea for two months.",
     "The {x} were the finest in the village.", "The {x} had all dried up and died."),
    (["ring", "watch", "purse", "key"],
     "{n} lost a {x} on the way home. It was growing dark and the path was long. {turn} There was a knock at the door that night.",
     "A poor boy picked it up and asked whose it was.", "A bad man picked it up and put it into his own pocket.",
     "It was the boy, and {n} had the {x} again.", "It was only the wind, and {n} never saw the {x} again."),
    (["boat", "ship", "raft", "ferry"],
     "{n} had to cross the lake in a {x}. The sky was black in the west. {turn} At noon a great storm broke.",
     "{n} looked at the clouds and stayed on the shore.", "{n} laughed at the clouds and set out at once.",
     "{n} watched the waves from a dry room.", "The {x} went down, and {n} had to swim."),
    (["king", "duke", "prince", "judge"],
     "The {x} asked {n} a question. All the court was listening. {turn} The {x} thought for a long time.",
     "{n} told the truth, as always.", "{n} told a lie, and blushed.",
     "\"You are honest,\" he said, \"and shall be rewarded.\"", "\"You are false,\" he said, \"and shall be punished.\""),
    (["horse", "pony", "mule", "donkey"],
     "{n} wanted to ride to the fair. The {x} in the stable had a stone in its foot. {turn} They set out on the long road.",
     "{n} saw it and took it out.", "{n} was in a hurry and did not look.",
     "The {x} ran gaily all the way.", "The {x} was lame before the first mile."),
    (["lesson", "poem", "song", "speech"],
     "{n} had to learn a {x} by heart. It was long and full of hard words. {turn} The next day {n} stood before the class.",
     "{n} worked at it until midnight.", "{n} played in the garden until midnight.",
     "{n} knew every word of the {x}.", "{n} could not say one line of the {x}."),
    (["fire", "stove", "lamp", "candle"],
     "It was a cold night and {n} lit the {x}. A sheet of paper lay on the floor close by. {turn} Then {n} fell asleep.",
     "{n} picked it up and put it into a drawer.", "A spark fell upon it, and nobody saw.",
     "The night passed quietly.", "{n} woke in a room full of smoke."),
    (["tower", "wall", "bridge", "barn"],
     "{n} was paid to build a {x}. Good stone was dear and sand was cheap. {turn} In the winter there was a flood.",
     "{n} bought good stone.", "{n} used sand and kept the money.",
     "The {x} stood as firm as ever.", "The {x} fell into the water."),
    (["dog", "cat", "bird", "monkey"],
     "{n} found a hungry {x} in the street. It was thin and it was raining. {turn} A week went by.",
     "{n} took it home and gave it milk.", "{n} drove it away with a stick.",
     "The {x} was fat and followed {n} everywhere.", "The {x} ran off whenever it saw {n}."),
    (["soldier", "sailor", "hunter", "shepherd"],
     "{n} was in love with a {x}. He had to go away for a year. {turn} The year was over.",
     "He wrote a letter every week.", "He never wrote, and married another.",
     "{n} ran to meet him at the gate.", "{n} did not wish to see his face again."),
    (["letter", "message", "warning", "order"],
     "A servant was sent to {n} with a {x}. It said that thieves would come that night. {turn} It struck twelve.",
     "The servant ran and was there by noon.", "The servant drank at an inn and fell asleep.",
     "{n} was ready and the thieves were caught.", "{n} knew nothing, and the thieves took all."),
    (["well", "pit", "cave", "cellar"],
     "{n} heard a cry from the old {x}. A child had fallen in. {turn} The mother came running.",
     "{n} let down a rope and pulled with all his might.", "{n} was afraid and hid behind a tree.",
     "The child was already in his arms.", "The child was still down there, crying."),
    (["gold", "silver", "money", "treasure"],
     "{n} hid the {x} under a stone in the field. Nobody was to know the place. {turn} A month later {n} came to fetch it.",
     "{n} spoke of it to nobody.", "{n} told the secret to a friend, who told a thief.",
     "The {x} lay just where it had been put.", "There was only an empty hole."),
    (["shoes", "boots", "gloves", "stockings"],
     "{n} needed new {x} for the winter. There was a little money in the drawer. {turn} Then the snow came.",
     "{n} went to the shop and bought a good pair.", "{n} spent it all on wine.",
     "{n} walked through the snow quite warm and dry.", "{n} walked through the snow in the old ones, cold and wet."),
    (["wolf", "bear", "bull", "lion"],
     "{n} walked home through the fields at dusk. Suddenly a {x} stood in the way. {turn} There was a sound behind the hedge.",
     "It was tame and had a ribbon about its neck.", "It was wild and showed its teeth.",
     "{n} laughed and stroked it.", "{n} screamed and ran for life."),
    (["doctor", "nurse", "surgeon", "physician"],
     "{n} was very ill. The {x} left a bottle and said that it must be taken every hour. {turn} Three days went by.",
     "{n} took every drop of it.", "{n} poured it all out of the window.",
     "{n} was well and sat up in bed.", "{n} was worse than before."),
    (["apples", "pears", "plums", "cherries"],
     "The {x} of the neighbour were ripe. {n} looked at them over the wall. {turn} The next day they met at church.",
     "{n} asked for some, and was given a basket full.", "{n} climbed over in the dark and stole them all.",
     "{n} thanked the neighbour with a smile.", "{n} did not dare to look the neighbour in the face."),
    (["coach", "train", "carriage", "mail"],
     "The {x} left at six in the morning. {n} had to be in London that day. {turn} The clock struck six.",
     "{n} rose at four and was at the place by five.", "{n} slept until seven.",
     "{n} was sitting in it with a ticket.", "It went away without {n}."),
]
