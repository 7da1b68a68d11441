// Reads calendar files (a JSON array of texts) with ical.js; writes what it found as JSON.
import ICAL from "ical.js";
import { text } from "node:stream/consumers";

const values = (component, name) => component.getAllProperties(name).map((one) => String(one.getFirstValue()));

function read(source) {
  const calendar = new ICAL.Component(ICAL.parse(source));
  const zones = calendar.getAllSubcomponents("vtimezone").map((one) => new ICAL.Timezone(one));
  const component = calendar.getFirstSubcomponent("vevent");
  const at = (name) => {
    const property = component.getFirstProperty(name);
    const zone = zones.find((one) => one.tzid === property.getParameter("tzid"));
    const time = property.getFirstValue().clone();
    if (zone) time.zone = zone;
    return new Date(time.toUnixTime() * 1000).toISOString();
  };
  const person = (name) => {
    const property = component.getFirstProperty(name);
    return { address: property.getFirstValue(), ...property.toJSON()[1] };
  };
  return {
    method: values(calendar, "method"),
    events: calendar.getAllSubcomponents("vevent").length,
    alarms: component.getAllSubcomponents("valarm").length,
    uid: values(component, "uid"),
    sequence: values(component, "sequence"),
    status: values(component, "status"),
    summary: values(component, "summary"),
    location: values(component, "location"),
    description: values(component, "description"),
    properties: component.getAllProperties().map((one) => one.name).sort(),
    start: at("dtstart"),
    end: at("dtend"),
    zones: zones.map((one) => one.tzid),
    organizer: person("organizer"),
    attendee: person("attendee"),
  };
}

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(read)));
