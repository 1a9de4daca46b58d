package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Finding one thing in a sentence. Sibling tasks read the same sentences and look for different things.
final class ExtractionTasks implements TaskFamily {

    private record Purchase(
            String text, String who, String day, int count, String colour, String item, String city, int price) {

        String things() {
            return count + " " + colour + " " + item;
        }
    }

    private record Meeting(
            String text, String topic, String person, String from, String to, String time, String room) {}

    private record Contact(String text, String name, String phone, String mail, String job) {}

    private record Flight(String text, String number, String from, String to, String gate, int delay) {}

    private record Review(String text, String product, int stars, String good, String bad) {}

    private static final List<String> PEOPLE = Lexicon.names("female", "male");
    private static final List<String> SURNAMES = Lexicon.names("surname");
    private static final List<String> JOBS = Lexicon.nouns("job");
    private static final List<String> DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    private static final List<String> COLOURS =
            List.of("red", "blue", "green", "yellow", "black", "white", "brown", "grey", "pink", "purple");
    private static final List<String> ITEMS = List.of(
            "shirts",
            "hats",
            "chairs",
            "lamps",
            "cups",
            "bags",
            "pens",
            "books",
            "scarves",
            "bowls",
            "boxes",
            "candles",
            "cushions",
            "plates",
            "towels");
    private static final List<String> CITIES = List.of(
            "Paris",
            "Rome",
            "Berlin",
            "Madrid",
            "Oslo",
            "Vienna",
            "Dublin",
            "Lisbon",
            "Prague",
            "Cairo",
            "Tokyo",
            "Lima",
            "Delhi",
            "Boston",
            "Toronto",
            "Sydney",
            "Nairobi",
            "Athens",
            "Warsaw",
            "Helsinki");
    private static final List<String> TOPICS = List.of(
            "budget",
            "design",
            "holiday",
            "website",
            "safety",
            "training",
            "music",
            "garden",
            "sales",
            "school",
            "sports",
            "travel");
    private static final List<String> PRODUCTS = Lexicon.nouns("kitchenware", "furniture", "tool");
    private static final List<String> QUALITIES =
            List.of("price", "colour", "size", "weight", "design", "quality", "sound", "smell", "handle", "packaging");

    private static final Domain<Purchase> PURCHASES = Domain.drawn(ExtractionTasks::purchase);
    private static final Domain<Meeting> MEETINGS = Domain.drawn(ExtractionTasks::meeting);
    private static final Domain<Contact> CONTACTS = Domain.drawn(ExtractionTasks::contact);
    private static final Domain<Flight> FLIGHTS = Domain.drawn(ExtractionTasks::flight);
    private static final Domain<Review> REVIEWS = Domain.drawn(ExtractionTasks::review);

    @Override
    public String name() {
        return "extraction";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                purchase("buyer", Purchase::who, """
                        Who bought something? Answer with the name.
                        buyer
                        Please extract the name of the customer.
                        Which person went shopping?
                        Name of the person in the text.
                        Find the buyer.
                        The one who paid is ...?
                        Customer name only.
                        """),
                purchase("purchase-day", Purchase::day, """
                        On which day was it bought?
                        weekday of the purchase
                        Please extract the day of the week.
                        When did the shopping take place?
                        Find the day in the text.
                        Which weekday is mentioned?
                        Day of the purchase, one word.
                        What day did the person go shopping?
                        """),
                purchase("how-many", purchase -> Integer.toString(purchase.count()), """
                        How many things were bought?
                        quantity
                        Please extract the number of items.
                        Number of pieces, digits only.
                        Find the count, not the price.
                        What amount of goods was bought?
                        How many pieces are in the shopping bag?
                        Return the quantity from the text.
                        """),
                purchase("item", Purchase::item, """
                        What was bought? One word.
                        item
                        Please extract the kind of thing that was bought.
                        Which goods are mentioned?
                        Name the product without its colour.
                        Find the article in the text.
                        The things bought are ...?
                        Goods only, no number, no colour.
                        """),
                purchase("colour", Purchase::colour, """
                        What colour are the things?
                        colour
                        Please extract the colour.
                        Which colour was chosen?
                        Find the colour word in the text.
                        Return the colour of the goods.
                        How do the things look? Answer with their colour.
                        Adjective of colour, one word.
                        """),
                purchase("city", Purchase::city, """
                        In which city was it bought?
                        city
                        Please extract the place.
                        Where did the shopping take place?
                        Find the city in the text.
                        Return the location of the purchase.
                        Where was the person?
                        Place name only.
                        """),
                purchase("price", purchase -> purchase.price() + " euros", """
                        How much was paid? Answer like "12 euros".
                        price in euros
                        Please extract the price with its currency.
                        What did it cost?
                        Find the sum of money in the text.
                        Return the amount paid.
                        How many euros were spent? Include the word euros.
                        Cost of the purchase.
                        """),
                purchase("goods", Purchase::things, """
                        What exactly was bought? Give number, colour and thing.
                        number + colour + item
                        Please extract the full noun phrase of the goods.
                        What would be on the receipt, without the price?
                        Quote the part that says how many of what in which colour.
                        Describe the purchase: count, colour, item.
                        List what is in the bag.
                        Return the goods as written in the text.
                        """),
                purchase("who-where", purchase -> purchase.who() + ", " + purchase.city(), """
                        Who was it, and in which city? Answer "name, city".
                        name, city
                        Please extract person and place, separated by a comma.
                        Give the buyer and the location.
                        Two facts: who, where.
                        Name first, then the city.
                        Who went shopping where?
                        Return the pair of person and place.
                        """),
                purchase(
                        "purchase-record",
                        purchase -> String.format(
                                Locale.ROOT, "%s;%d;%d", purchase.item(), purchase.count(), purchase.price()),
                        """
                        Write item, number and price, separated by semicolons.
                        item;count;price
                        Please make a line for the books: thing, how many, how many euros.
                        Convert the text to a record of the form item;count;price.
                        Three fields with semicolons, numbers without units.
                        Which row goes into the table of purchases (item;count;price)?
                        Structured data from the text: item, quantity, amount.
                        Enter the purchase as semicolon-separated values.
                        """),
                meeting("meeting-topic", Meeting::topic, """
                        What is the meeting about?
                        topic
                        Please extract the subject of the meeting.
                        Which topic will be discussed?
                        The meeting deals with ...? One word.
                        Find the theme of the meeting.
                        Return the meeting's topic.
                        Agenda, in one word.
                        """),
                meeting("meeting-with", Meeting::person, """
                        With whom is the meeting?
                        person
                        Please extract the person one will meet.
                        Who will be met? Answer with title or name as written.
                        Find the other participant.
                        The meeting is with ...?
                        Return the name of the visitor or host.
                        Participant named in the text.
                        """),
                meeting("new-day", Meeting::to, """
                        On which day will the meeting be now?
                        new day
                        Please extract the day that the meeting was moved to.
                        When is the meeting, after the change?
                        Ignore the old day; give the new one.
                        Which weekday should I write into my calendar?
                        The meeting was moved to ...?
                        Return the new date.
                        """),
                meeting("old-day", Meeting::from, """
                        On which day should the meeting have been?
                        old day
                        Please extract the day that the meeting was moved from.
                        When was the meeting planned at first?
                        Ignore the new day; give the original one.
                        Which weekday should I delete from my calendar?
                        The meeting was moved from ...?
                        Return the original date.
                        """),
                meeting("meeting-time", Meeting::time, """
                        At what time is the meeting?
                        time
                        Please extract the time of the day.
                        When does it start?
                        Find the clock time in the text.
                        Return the hour as written.
                        What time should I be there?
                        Starting time only.
                        """),
                meeting("meeting-room", Meeting::room, """
                        In which room is the meeting?
                        room number
                        Please extract the number of the room.
                        Where in the building is it?
                        Find the room in the text, digits only.
                        Return the room.
                        To which door must I go?
                        Room, just the number.
                        """),
                meeting("calendar-entry", meeting -> meeting.to() + " " + meeting.time() + ": " + meeting.topic(), """
                        Write a calendar entry: new day, time, colon, topic.
                        Day h am/pm: topic
                        Please make a line for my diary out of the message.
                        What goes into the calendar? Day and time, then the topic after a colon.
                        Summarise the appointment like "Friday 3 pm: budget".
                        Short note for the new appointment.
                        Convert the message to a calendar line.
                        When and what, in that order.
                        """),
                contact("contact-name", Contact::name, """
                        What is the person's full name?
                        full name
                        Please extract the name of the contact.
                        Who is it? First name and surname.
                        Find the person in the text.
                        Return the contact's name.
                        Whom can I call?
                        Name as written, no job, no number.
                        """),
                contact("contact-phone", Contact::phone, """
                        What is the phone number?
                        phone
                        Please extract the telephone number.
                        Which number should I dial?
                        Find the digits to call.
                        Return the phone number as written.
                        How do I reach the person by phone?
                        Number only.
                        """),
                contact("contact-mail", Contact::mail, """
                        What is the e-mail address?
                        e-mail
                        Please extract the address to write to.
                        Where can I send a mail?
                        Find the address with the @.
                        Return the mail address as written.
                        How do I reach the person in writing?
                        E-mail only.
                        """),
                contact("contact-job", Contact::job, """
                        What is the person's job?
                        profession
                        Please extract the occupation.
                        What does the contact do for a living?
                        Find the job in the text.
                        Return the profession, without an article.
                        Which trade is it?
                        Occupation, one word.
                        """),
                flight("flight-number", Flight::number, """
                        What is the flight number?
                        flight no.
                        Please extract the number of the flight.
                        Which flight is announced?
                        Find the code of the flight.
                        Return two letters and digits: the flight.
                        Flight number as written.
                        The announcement is about flight ...?
                        """),
                flight("flight-destination", Flight::to, """
                        Where does the flight go?
                        destination
                        Please extract the destination.
                        To which city does the plane fly?
                        Find where the passengers will land.
                        Return the city of arrival.
                        Arrival city only.
                        Where will I be after the flight?
                        """),
                flight("flight-origin", Flight::from, """
                        Where does the flight come from?
                        origin
                        Please extract the city of departure.
                        From which city does the plane start?
                        Find where the flight begins.
                        Return the departure city.
                        Departure city only.
                        Where do the passengers get on?
                        """),
                flight("flight-gate", Flight::gate, """
                        Which gate is it?
                        gate
                        Please extract the gate.
                        Where do I board?
                        Find the gate: a letter and a number.
                        Return the gate as written.
                        To which gate must I walk?
                        Gate only.
                        """),
                flight("flight-route", flight -> flight.from() + "-" + flight.to(), """
                        Write the route as "from-to".
                        from-to
                        Please extract both cities, departure first, with a hyphen.
                        Which route does the plane fly?
                        Origin, hyphen, destination.
                        Return the city pair.
                        How would the route be printed on a ticket?
                        Both ends of the flight, joined by "-".
                        """),
                flight("flight-delay", flight -> flight.delay() + " minutes", """
                        How long is the delay? Answer like "20 minutes".
                        delay
                        Please extract the delay with its unit.
                        How much later will it be?
                        Find out how many minutes the flight is late.
                        Return the waiting time.
                        By how much is the flight late?
                        Length of the delay.
                        """),
                review("review-product", Review::product, """
                        Which product is reviewed?
                        reviewed product
                        Please extract the thing that the review is about.
                        What did the customer buy?
                        Find the product, one word.
                        The review rates a ...?
                        Return the article under review.
                        Name the reviewed object.
                        """),
                review("review-stars", review -> Integer.toString(review.stars()), """
                        How many stars were given?
                        stars
                        Please extract the rating as a digit.
                        What is the score?
                        Find the number of stars.
                        Return the rating, at most 5.
                        Points given by the customer.
                        How was it rated? Digit only.
                        """),
                review("review-praise", Review::good, """
                        What does the customer like?
                        praised feature
                        Please extract what is praised.
                        Which property is good?
                        Find the advantage, one word.
                        The best thing about it is its ...?
                        Return the positive point.
                        Which feature pleased the buyer?
                        """),
                review("review-complaint", Review::bad, """
                        What does the customer dislike?
                        criticised feature
                        Please extract what is criticised.
                        Which property is bad?
                        Find the disadvantage, one word.
                        The problem with it is its ...?
                        Return the negative point.
                        Which feature annoyed the buyer?
                        """));
    }

    private static Purchase purchase(RandomGenerator random) {
        String who = Domain.pick(random, PEOPLE);
        String day = Domain.pick(random, DAYS);
        int count = random.nextInt(2, 13);
        String colour = Domain.pick(random, COLOURS);
        String item = Domain.pick(random, ITEMS);
        String city = Domain.pick(random, CITIES);
        int price = random.nextInt(13, 200);
        String text = switch (random.nextInt(3)) {
            case 0 ->
                String.format(
                        Locale.ROOT,
                        "On %s %s bought %d %s %s in %s for %d euros.",
                        day,
                        who,
                        count,
                        colour,
                        item,
                        city,
                        price);
            case 1 ->
                String.format(
                        Locale.ROOT,
                        "In %s, %s paid %d euros for %d %s %s last %s.",
                        city,
                        who,
                        price,
                        count,
                        colour,
                        item,
                        day);
            default ->
                String.format(
                        Locale.ROOT,
                        "%s spent %d euros on %d %s %s. It was a %s in %s.",
                        who,
                        price,
                        count,
                        colour,
                        item,
                        day,
                        city);
        };
        return new Purchase(text, who, day, count, colour, item, city, price);
    }

    private static Meeting meeting(RandomGenerator random) {
        String topic = Domain.pick(random, TOPICS);
        String person = (random.nextBoolean() ? "Dr " : "Ms ") + Domain.pick(random, SURNAMES);
        List<String> days = Domain.pick(random, DAYS, 2);
        String time = random.nextBoolean() ? random.nextInt(8, 12) + " am" : random.nextInt(1, 7) + " pm";
        String room = Integer.toString(random.nextInt(13, 400));
        String text = switch (random.nextInt(3)) {
            case 0 ->
                "The %s meeting with %s moves from %s to %s, %s, room %s."
                        .formatted(topic, person, days.getFirst(), days.getLast(), time, room);
            case 1 ->
                "Not %s but %s: %s will talk about %s in room %s at %s."
                        .formatted(days.getFirst(), days.getLast(), person, topic, room, time);
            default ->
                "%s can't come on %s. New %s meeting: %s, %s, room %s."
                        .formatted(person, days.getFirst(), topic, days.getLast(), time, room);
        };
        return new Meeting(text, topic, person, days.getFirst(), days.getLast(), time, room);
    }

    private static Contact contact(RandomGenerator random) {
        String first = Domain.pick(random, PEOPLE);
        String name = first + " " + Domain.pick(random, SURNAMES);
        String phone = String.format(Locale.ROOT, "555-%04d", random.nextInt(10_000));
        String mail = Text.lower(first) + random.nextInt(10, 100) + "@mail.example";
        String job = Domain.pick(random, JOBS);
        String text = switch (random.nextInt(3)) {
            case 0 -> "Call %s, the %s, at %s or write to %s.".formatted(name, job, phone, mail);
            case 1 -> "%s (%s) has the phone number %s. Mail: %s".formatted(name, job, phone, mail);
            default -> "You need a good %s? Mail %s, %s, or call %s.".formatted(job, mail, name, phone);
        };
        return new Contact(text, name, phone, mail, job);
    }

    private static Flight flight(RandomGenerator random) {
        String number =
                "" + (char) ('A' + random.nextInt(26)) + (char) ('A' + random.nextInt(26)) + random.nextInt(100, 1000);
        List<String> cities = Domain.pick(random, CITIES, 2);
        String gate = "" + (char) ('A' + random.nextInt(6)) + random.nextInt(1, 40);
        int delay = random.nextInt(2, 19) * 5;
        String text = switch (random.nextInt(2)) {
            case 0 ->
                String.format(
                        Locale.ROOT,
                        "Flight %s from %s to %s is %d minutes late. Please go to gate %s.",
                        number,
                        cities.getFirst(),
                        cities.getLast(),
                        delay,
                        gate);
            default ->
                String.format(
                        Locale.ROOT,
                        "Gate %s: %s to %s leaves %s %d minutes behind schedule.",
                        gate,
                        number,
                        cities.getLast(),
                        cities.getFirst(),
                        delay);
        };
        return new Flight(text, number, cities.getFirst(), cities.getLast(), gate, delay);
    }

    private static Review review(RandomGenerator random) {
        String product = Domain.pick(random, PRODUCTS);
        int stars = random.nextInt(2, 6);
        List<String> qualities = Domain.pick(random, QUALITIES, 2);
        String good = qualities.getFirst();
        String bad = qualities.getLast();
        String text = switch (random.nextInt(3)) {
            case 0 ->
                String.format(
                        Locale.ROOT, "%d stars for this %s. I love the %s but not the %s.", stars, product, good, bad);
            case 1 ->
                String.format(
                        Locale.ROOT,
                        "The %s of the %s is terrible, the %s is great: %d of 5 stars.",
                        bad,
                        product,
                        good,
                        stars);
            default -> String.format(Locale.ROOT, "My new %s: nice %s, awful %s. %d stars.", product, good, bad, stars);
        };
        return new Review(text, product, stars, good, bad);
    }

    private static TaskRecipe purchase(String name, Function<Purchase, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(PURCHASES, Purchase::text, fact);
    }

    private static TaskRecipe meeting(String name, Function<Meeting, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(MEETINGS, Meeting::text, fact);
    }

    private static TaskRecipe contact(String name, Function<Contact, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(CONTACTS, Contact::text, fact);
    }

    private static TaskRecipe flight(String name, Function<Flight, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(FLIGHTS, Flight::text, fact);
    }

    private static TaskRecipe review(String name, Function<Review, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(REVIEWS, Review::text, fact);
    }
}
